package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.auth.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A dashboard on a line that has stopped taking anything. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SlowReaderIT {
  private static final int COMMANDS = 150;
  private static final int PAYLOAD = 60_000;

  private final TrialGateway gateway = TrialGateway.shared();
  private final String org = TrialGateway.fresh("org");

  @Test
  void it_is_closed_so_that_it_comes_back_and_nobody_else_notices() throws Exception {
    var operator = TrialGateway.user(org, Role.OPERATOR);
    var id = TrialGateway.fresh("tv");
    gateway.post("/api/v1/devices", operator, "{'id':'" + id + "'}").is(201);
    try (var slow = notReading(operator);
        var other =
            PlainClient.open(
                gateway.url() + "/ws/dashboard", Optional.of(operator), Optional.empty())) {
      other.next("picture");
      var payload = "x".repeat(PAYLOAD);
      for (int n = 0; n < COMMANDS; n++) {
        gateway.command(org, id, "{'type':'push_content','payload':{'x':'" + payload + "'}}");
      }
      eventually("the other has heard all", () -> commands(other) == COMMANDS);

      long read = readToTheEnd(slow);
      assertTrue(read < (long) COMMANDS * PAYLOAD, "it was sent everything: " + read);
      assertTrue(!other.closed().isDone());
      try (var back =
          PlainClient.open(
              gateway.url() + "/ws/dashboard", Optional.of(operator), Optional.empty())) {
        assertEquals(1, back.next("picture").path("data").path("devices").size());
      }
    }
  }

  private static long commands(PlainClient client) {
    return client.heard().stream().filter(m -> m.path("event").asText().equals("command")).count();
  }

  private Socket notReading(String token) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4_096); // before it connects, or the window would grow
    socket.connect(new InetSocketAddress("127.0.0.1", gateway.port()));
    socket
        .getOutputStream()
        .write(
            """
            GET /ws/dashboard HTTP/1.1
            Host: muster
            Connection: Upgrade
            Upgrade: websocket
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Authorization: Bearer %s

            """
                .formatted(token)
                .replace("\n", "\r\n")
                .getBytes(US_ASCII));
    return socket;
  }

  /** Until it ends by itself, politely or not. */
  private static long readToTheEnd(Socket socket) throws IOException {
    socket.setSoTimeout(5_000);
    var buffer = new byte[65_536];
    long read = 0;
    try {
      for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
        read += n;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("it is still open after " + read + " bytes", e);
    } catch (IOException e) {
      // A reset connection is as good an end as any.
    }
    return read;
  }
}
