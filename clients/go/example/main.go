package main

import (
	"log"
	"net/http"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	sluicev1 "sluice/v1"
)

// Usage: example ADDRESS COLLECTION, such as 127.0.0.1:7311 docs. It serves on port 8080.
func main() {
	connection, err := connect(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", newService(connection, os.Args[2]).handler()))
}

func connect(address string) (*grpc.ClientConn, error) {
	return grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
}

func newService(connection *grpc.ClientConn, collection string) *service {
	return &service{
		documents:  sluicev1.NewDocumentServiceClient(connection),
		searches:   sluicev1.NewSearchServiceClient(connection),
		collection: collection,
	}
}
