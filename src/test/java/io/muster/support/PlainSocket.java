package io.muster.support;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A plain WebSocket that only listens: a dashboard, or a device that confirms nothing. */
public final class PlainSocket implements WebSocket.Listener, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final List<JsonNode> heard = new CopyOnWriteArrayList<>();
  private final StringBuilder part = new StringBuilder();
  private volatile WebSocket socket;

  private PlainSocket() {}

  public static CompletableFuture<PlainSocket> device(TestGateway gateway, String org, String id) {
    return open(gateway, "/ws/device", gateway.deviceToken(org, id));
  }

  /** Returns when it has been shown the picture. */
  public static PlainSocket dashboard(TestGateway gateway, String token) {
    var dashboard = open(gateway, "/ws/dashboard", token).join();
    Eventually.eventually("picture", () -> !dashboard.heard("picture").isEmpty());
    return dashboard;
  }

  private static CompletableFuture<PlainSocket> open(
      TestGateway gateway, String path, String token) {
    var plain = new PlainSocket();
    return HTTP.newWebSocketBuilder()
        .header("Authorization", "Bearer " + token)
        .buildAsync(URI.create(gateway.url().replaceFirst("^http", "ws") + path), plain)
        .thenApply(
            opened -> {
              plain.socket = opened;
              return plain;
            });
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
    part.append(text);
    if (last) {
      try {
        heard.add(JSON.readTree(part.toString()));
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(part.toString(), e);
      }
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  /** The data of each event of that name, in order. */
  public List<JsonNode> heard(String event) {
    return heard.stream()
        .filter(message -> message.path("event").asText().equals(event))
        .map(message -> message.get("data"))
        .toList();
  }

  @Override
  public void close() {
    socket.abort();
  }
}
