package sluice.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import sluice.v1.CollectionServiceCreateRequest;
import sluice.v1.CollectionServiceGrpc;

/** Against a running server, whose address `make test-java` puts into SLUICE_SERVER. */
class SearchAppTest {
  private static ManagedChannel channel;

  @BeforeAll
  static void connect() {
    String address = System.getenv("SLUICE_SERVER");
    channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    CollectionServiceGrpc.newBlockingStub(channel)
        .create(CollectionServiceCreateRequest.newBuilder().setName("docs").build());
  }

  @AfterAll
  static void close() {
    channel.shutdownNow();
  }

  @Test
  void documentsAreFoundOnceTheyAreWritten() throws Exception {
    String documents = "heron\tThe grey heron waits for fish.\nlock\tA lock lifts boats.\n";
    assertEquals("2", ask("docs", "/documents", documents).body());
    List<String> lines = ask("docs", "/search?q=boats+in+a+lock", null).body().lines().toList();
    assertEquals("final 2 lock heron", lines.get(lines.size() - 1));
    assertEquals(1, lines.stream().filter(line -> line.startsWith("final")).count());
  }

  @Test
  void errorsHaveTheReasonsOfTheServer() throws Exception {
    for (String path : List.of("/search?q=x", "/documents")) {
      String body = path.equals("/documents") ? "a\twords" : null;
      HttpResponse<String> answer = ask("none", path, body);
      assertEquals(502, answer.statusCode());
      assertEquals("COLLECTION_NOT_FOUND", answer.body());
    }
  }

  private static HttpResponse<String> ask(String collection, String path, String body)
      throws Exception {
    HttpServer server = new SearchApp(channel, collection).start(0);
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
      HttpRequest.Builder request = HttpRequest.newBuilder(uri);
      if (body != null) request.POST(HttpRequest.BodyPublishers.ofString(body));
      return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    } finally {
      server.stop(0);
    }
  }
}
