package io.muster.http.edge;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A client on long polling. */
final class Poller {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final int port;
  private final String path;
  private String sid = "";

  Poller(int port, String path) {
    this.port = port;
    this.path = path;
  }

  /** Opens a session. */
  static Poller open(int port, String path) throws IOException, InterruptedException {
    var poller = new Poller(port, path);
    String body = poller.get().body();
    poller.sid = body.replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");
    return poller;
  }

  String sid() {
    return sid;
  }

  String target(String transport) {
    return path + "?EIO=4&transport=" + transport + (sid.isEmpty() ? "" : "&sid=" + sid);
  }

  private HttpRequest.Builder request() {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target("polling")))
        .timeout(Duration.ofSeconds(10));
  }

  HttpResponse<String> get() throws IOException, InterruptedException {
    return HTTP.send(request().build(), BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> getLater() {
    return HTTP.sendAsync(request().build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String body) throws IOException, InterruptedException {
    return HTTP.send(
        request().POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }
}
