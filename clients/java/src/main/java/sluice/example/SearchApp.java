package sluice.example;

import com.google.rpc.ErrorInfo;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import sluice.v1.Document;
import sluice.v1.DocumentServiceGrpc;
import sluice.v1.IngestError;
import sluice.v1.IngestItem;
import sluice.v1.IngestRequest;
import sluice.v1.IngestResponse;
import sluice.v1.Query;
import sluice.v1.SearchHit;
import sluice.v1.SearchRequest;
import sluice.v1.SearchResponse;
import sluice.v1.SearchServiceGrpc;
import sluice.v1.SearchUpdate;

/**
 * An HTTP service over Sluice. {@code POST /documents} writes documents, a line each: key, tab, text.
 * {@code GET /search?q=words} streams rankings as lines while they improve: {@code final} or
 * {@code update}, the number of settled hits, and the keys.
 */
public final class SearchApp {
  private final Channel channel;
  private final String collection;

  SearchApp(Channel channel, String collection) {
    this.channel = channel;
    this.collection = collection;
  }

  /** Arguments: the address of a server, such as 127.0.0.1:7311, and a collection. */
  public static void main(String[] arguments) throws IOException {
    Channel channel = Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
    new SearchApp(channel, arguments[1]).start(8080);
  }

  HttpServer start(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/documents", this::write);
    server.createContext("/search", this::search);
    server.start();
    return server;
  }

  private void write(HttpExchange exchange) throws IOException {
    List<Document> documents =
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .map(line -> line.split("\t", 2))
            .map(parts -> Document.newBuilder().setKey(parts[0]).setText(parts[1]).build())
            .toList();
    try {
      answer(exchange, 200, String.valueOf(ingest(documents).join()));
    } catch (CompletionException failure) {
      answer(exchange, 502, reasonOf(failure.getCause()));
    }
  }

  /** The number of documents that are durable. Answers are read while documents are sent. */
  private CompletableFuture<Integer> ingest(List<Document> documents) {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    AtomicInteger written = new AtomicInteger();
    StreamObserver<IngestRequest> requests =
        DocumentServiceGrpc.newStub(channel)
            .ingest(
                new StreamObserver<>() {
                  @Override
                  public void onNext(IngestResponse response) {
                    written.addAndGet(response.getAcksCount());
                    for (IngestError error : response.getErrorsList())
                      result.completeExceptionally(
                          new IOException(error.getReason() + ": " + error.getMessage()));
                  }

                  @Override
                  public void onError(Throwable error) {
                    result.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    result.complete(written.get());
                  }
                });
    IngestRequest.Builder request = IngestRequest.newBuilder().setCollection(collection);
    for (Document document : documents)
      request.addItems(
          IngestItem.newBuilder()
              .setClientSequence(request.getItemsCount() + 1)
              .setDocument(document));
    requests.onNext(request.build());
    requests.onCompleted();
    return result;
  }

  private void search(HttpExchange exchange) throws IOException {
    String text =
        URLDecoder.decode(
            exchange.getRequestURI().getRawQuery().replaceFirst("^q=", ""), StandardCharsets.UTF_8);
    SearchRequest request =
        SearchRequest.newBuilder()
            .setCollection(collection)
            .setQuery(Query.newBuilder().setText(text))
            .build();
    // Closing the context cancels a search whose reader has left.
    try (Context.CancellableContext context = Context.current().withCancellation();
        exchange) {
      Context before = context.attach();
      try {
        var updates = SearchServiceGrpc.newBlockingStub(channel).search(request);
        // An error before the first update still has a status of its own.
        boolean hasUpdate = updates.hasNext();
        exchange.sendResponseHeaders(200, 0);
        while (hasUpdate) {
          write(exchange, updates.next());
          hasUpdate = updates.hasNext();
        }
      } catch (StatusRuntimeException error) {
        answer(exchange, 502, reasonOf(error));
      } finally {
        context.detach(before);
      }
    }
  }

  private static void write(HttpExchange exchange, SearchResponse response) throws IOException {
    SearchUpdate update = response.getUpdate();
    String keys = update.getHitsList().stream().map(SearchHit::getKey).collect(Collectors.joining(" "));
    String kind = update.getFinal() ? "final" : "update";
    String line = kind + " " + update.getSettledCount() + " " + keys + "\n";
    exchange.getResponseBody().write(line.getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (exchange.getResponseCode() < 0) exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** The stable reason of an error, such as COLLECTION_NOT_FOUND. */
  static String reasonOf(Throwable error) {
    var status = StatusProto.fromThrowable(error);
    if (status == null) return error.getMessage();
    for (var detail : status.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) return detail.unpack(ErrorInfo.class).getReason();
      } catch (com.google.protobuf.InvalidProtocolBufferException unreadable) {
        return status.getMessage();
      }
    }
    return status.getMessage();
  }
}
