package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	sluicev1 "sluice/v1"
)

// The address of a running server; `make test-go` sets it.
func startService(t *testing.T, collection string) *httptest.Server {
	connection, err := connect(os.Getenv("SLUICE_SERVER"))
	if err != nil {
		t.Fatal(err)
	}
	collections := sluicev1.NewCollectionServiceClient(connection)
	create := &sluicev1.CollectionServiceCreateRequest{Name: "docs", IfNotExists: true}
	if _, err := collections.Create(context.Background(), create); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newService(connection, collection).handler())
	t.Cleanup(func() {
		server.Close()
		connection.Close()
	})
	return server
}

func TestDocumentsAreFoundOnceTheyAreWritten(t *testing.T) {
	server := startService(t, "docs")
	body := `[{"key":"heron","text":"The grey heron waits for fish."},{"key":"lock","text":"A lock lifts boats."}]`
	written, err := http.Post(server.URL+"/documents", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(written.Body); string(text) != "2\n" {
		t.Fatalf("written: %s", text)
	}
	found, err := http.Get(server.URL + "/search?q=" + url.QueryEscape("boats in a lock"))
	if err != nil {
		t.Fatal(err)
	}
	var last ranking
	for lines := bufio.NewScanner(found.Body); lines.Scan(); {
		if last.Final {
			t.Fatal("an update came after the final one")
		}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatal(err)
		}
	}
	if !last.Final || last.Settled != 2 || len(last.Keys) != 2 || last.Keys[0] != "lock" {
		t.Fatalf("the last ranking is %+v", last)
	}
}

func TestErrorsHaveTheReasonsOfTheServer(t *testing.T) {
	server := startService(t, "none")
	for _, send := range []func() (*http.Response, error){
		func() (*http.Response, error) { return http.Get(server.URL + "/search?q=x") },
		func() (*http.Response, error) {
			body := strings.NewReader(`[{"key":"a","text":"x"}]`)
			return http.Post(server.URL+"/documents", "application/json", body)
		},
	} {
		response, err := send()
		if err != nil {
			t.Fatal(err)
		}
		if text, _ := io.ReadAll(response.Body); string(text) != "COLLECTION_NOT_FOUND\n" {
			t.Fatalf("%d: %s", response.StatusCode, text)
		}
	}
}
