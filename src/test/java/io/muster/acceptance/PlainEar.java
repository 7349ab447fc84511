package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of a bare WebSocket and the texts that it is sent. */
final class PlainEar implements WebSocket.Listener, AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final WebSocket socket;

  PlainEar(String url, String path, String token) {
    socket =
        CLIENT
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .buildAsync(URI.create(url.replaceFirst("^http", "ws") + path), this)
            .join();
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean isLast) {
    heard.add(text.toString());
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    closed.complete(code);
    return null;
  }

  void hears(String words) throws InterruptedException {
    String text;
    do {
      text = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertNotNull(text, words);
    } while (!text.contains(words));
  }

  void isClosedWith(int code) throws Exception {
    assertEquals(code, closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @Override
  public void close() {
    socket.abort();
  }
}
