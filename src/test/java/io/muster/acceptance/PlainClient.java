package io.muster.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A plain WebSocket of the JDK with all that it hears. */
final class PlainClient implements WebSocket.Listener, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final LinkedBlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder part = new StringBuilder();
  private WebSocket socket;

  static PlainClient open(String url, Optional<String> header, Optional<String> subprotocol) {
    var plain = new PlainClient();
    var builder = HTTP.newWebSocketBuilder();
    header.ifPresent(token -> builder.header("Authorization", "Bearer " + token));
    subprotocol.ifPresent(token -> builder.subprotocols("muster.v1", "auth." + token));
    plain.socket = builder.buildAsync(URI.create(url.replaceFirst("^http", "ws")), plain).join();
    return plain;
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
    part.append(text);
    if (last) {
      heard.add(parse(part.toString()));
      part.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    closed.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    closed.completeExceptionally(error);
  }

  List<JsonNode> heard() {
    return List.copyOf(heard);
  }

  CompletableFuture<Integer> closed() {
    return closed;
  }

  void says(String json) {
    socket.sendText(json.replace('\'', '"'), true).join();
  }

  /** The next message with that event, or the next ack; others before it are passed over. */
  JsonNode next(String event) throws InterruptedException {
    for (int skipped = 0; skipped < 1_000; skipped++) {
      var message = heard.poll(10, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("not heard: " + event);
      }
      if (message.path("event").asText().equals(event)
          || event.equals("ack") && message.has("ack")) {
        return message;
      }
    }
    throw new AssertionError("not heard: " + event);
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  @Override
  public void close() {
    socket.abort();
  }
}
