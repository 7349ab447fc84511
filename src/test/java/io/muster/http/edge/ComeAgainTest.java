package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that has no room, as its clients see it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(20)
class ComeAgainTest {
  private static final String UPGRADE =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: bXVzdGVyIHN3YXJtIGtleQ==\r\n";

  private static final SocketApplication FULL =
      new SocketApplication() {
        @Override
        public void joining(Joining client) {
          client.turnAway(Ending.ABORTED);
        }

        @Override
        public OptionalInt comeAgainAfterSeconds() {
          return OptionalInt.of(7);
        }
      };

  private static EventLoops loops;
  private static Listener listener;

  @BeforeAll
  static void open() throws IOException {
    loops = EventLoops.onAllCores();
    listener =
        Listener.open(
            loops,
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            EdgeSettings.DEFAULT,
            List.of(Listener.Mount.socketIo("/socket.io/", FULL)),
            List.of(
                PlainUpgrade.serving(
                    new PlainUpgrade.Mount(
                        FULL, PlainLimits.DEFAULT, TrustedProxies.NONE, AllowedOrigins.NONE))));
  }

  @AfterAll
  static void close() {
    listener.close();
    loops.close(java.time.Duration.ofSeconds(2));
  }

  /** All that is answered until the connection ends. */
  private static String answerTo(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private static String get(String path, String headers) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n".formatted(path, headers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/socket.io/?EIO=4&transport=websocket", "/ws/device", "/ws/dashboard"})
  void a_websocket_is_not_opened_but_told_when_to_come_again(String path) throws IOException {
    int before = listener.strangers();
    var answer = answerTo(get(path, UPGRADE));
    assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
    assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("retry-after: 7\r\n"), answer);
    assertEquals(before, listener.strangers());
  }

  @Test
  void a_session_on_long_polling_is_not_opened_either() throws IOException {
    int before = listener.pollingSessions();
    var answer = answerTo(get("/socket.io/?EIO=4&transport=polling", ""));
    assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
    assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("retry-after: 7\r\n"), answer);
    assertEquals(before, listener.pollingSessions());
  }

  @Test
  void a_page_that_shows_a_cookie_goes_on() throws IOException {
    var answer =
        answerTo(
            get(
                "/socket.io/?EIO=4&transport=polling",
                "Cookie: session=abc\r\nConnection: close\r\n"));
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
  }
}
