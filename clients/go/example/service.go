// An HTTP service over Sluice: POST /documents writes documents, GET /search streams rankings as lines
// of JSON while they improve.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	sluicev1 "sluice/v1"
)

type service struct {
	documents  sluicev1.DocumentServiceClient
	searches   sluicev1.SearchServiceClient
	collection string
}

type document struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

type ranking struct {
	Final       bool     `json:"final"`
	Certificate string   `json:"certificate"`
	Settled     uint32   `json:"settled"`
	Keys        []string `json:"keys"`
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /documents", s.write)
	mux.HandleFunc("GET /search", s.search)
	return mux
}

func (s *service) write(response http.ResponseWriter, request *http.Request) {
	var documents []document
	if err := json.NewDecoder(request.Body).Decode(&documents); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	written, err := s.ingest(request.Context(), documents)
	if err != nil {
		http.Error(response, reasonOf(err), http.StatusBadGateway)
		return
	}
	fmt.Fprintln(response, written)
}

// ingest returns how many documents are durable. It reads answers while it sends, as the stream demands.
func (s *service) ingest(ctx context.Context, documents []document) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.documents.Ingest(ctx)
	if err != nil {
		return 0, err
	}
	go func() {
		// An error of Send is the stream's, which Recv returns.
		for i, one := range documents {
			item := &sluicev1.IngestItem{
				ClientSequence: uint64(i + 1),
				Document:       &sluicev1.Document{Key: one.Key, Text: one.Text},
			}
			message := &sluicev1.IngestRequest{Collection: s.collection, Items: []*sluicev1.IngestItem{item}}
			if stream.Send(message) != nil {
				return
			}
		}
		_ = stream.CloseSend()
	}()
	written := 0
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return written, nil
		}
		if err != nil {
			return written, err
		}
		written += len(answer.Acks)
		for _, refused := range answer.Errors {
			return written, fmt.Errorf("%s: %s: %s", refused.Key, refused.Reason, refused.Message)
		}
	}
}

func (s *service) search(response http.ResponseWriter, request *http.Request) {
	text := request.URL.Query().Get("q")
	// The search is cancelled when the caller leaves.
	stream, err := s.searches.Search(request.Context(), &sluicev1.SearchRequest{
		Collection: s.collection,
		Query:      &sluicev1.Query{Text: text},
	})
	lines := json.NewEncoder(response)
	for isFirst := true; err == nil; isFirst = false {
		var answer *sluicev1.SearchResponse
		if answer, err = stream.Recv(); err != nil {
			if isFirst {
				http.Error(response, reasonOf(err), http.StatusBadGateway)
			}
			return
		}
		if lines.Encode(rankingOf(answer.Update)) != nil {
			return
		}
		_ = http.NewResponseController(response).Flush()
	}
	http.Error(response, reasonOf(err), http.StatusBadGateway)
}

func rankingOf(update *sluicev1.SearchUpdate) ranking {
	keys := make([]string, len(update.Hits))
	for i, hit := range update.Hits {
		keys[i] = hit.Key
	}
	return ranking{update.Final, update.Certificate.String(), update.SettledCount, keys}
}

// reasonOf returns the stable reason of an error, such as COLLECTION_NOT_FOUND.
func reasonOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.Reason
		}
	}
	return err.Error()
}
