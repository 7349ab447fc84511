package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;

/** A plain WebSocket client, frame by frame. */
final class PlainClient implements Closeable {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  record Got(int opcode, byte[] payload) {
    int code() {
      return (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }

    String reason() {
      return new String(payload, 2, payload.length - 2, UTF_8);
    }
  }

  final Wire wire;
  Wire.Answer handshake;

  PlainClient(int port) throws IOException {
    wire = new Wire(port);
  }

  /** Upgrades, with further headers, each on its line. */
  PlainClient open(String path, String... headers) throws IOException {
    wire.say(upgrade(path, headers));
    handshake = wire.hear(false);
    assertEquals(101, handshake.status());
    return this;
  }

  static String upgrade(String path, String... headers) {
    return """
        GET %s HTTP/1.1
        Host: muster
        Connection: keep-alive, Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        %s
        """
        .formatted(path, headers.length == 0 ? "" : String.join("\n", headers) + "\n");
  }

  PlainClient say(String json) throws IOException {
    return frame(0x80 | TEXT, json.getBytes(UTF_8));
  }

  PlainClient frame(int first, byte[] payload) throws IOException {
    wire.say(masked(first, payload));
    return this;
  }

  static byte[] masked(int first, byte[] payload) {
    var out = new ByteArrayOutputStream();
    out.write(first);
    if (payload.length < 126) {
      out.write(0x80 | payload.length);
    } else if (payload.length < 65_536) {
      out.write(0x80 | 126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    } else {
      out.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) payload.length >> shift));
      }
    }
    byte[] mask = {1, 2, 3, 4};
    out.writeBytes(mask);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ mask[i & 3]);
    }
    return out.toByteArray();
  }

  Got hear() throws IOException {
    byte[] head = wire.exactly(2);
    int length = head[1] & 0x7f;
    if (length >= 126) {
      byte[] more = wire.exactly(length == 126 ? 2 : 8);
      length = 0;
      for (byte b : more) {
        length = length << 8 | b & 0xff;
      }
    }
    return new Got(head[0] & 0x0f, wire.exactly(length));
  }

  JsonNode hearJson() throws IOException {
    Got got = hear();
    assertEquals(TEXT, got.opcode(), () -> new String(got.payload(), UTF_8));
    return new ObjectMapper().readTree(got.payload());
  }

  PlainClient joins() throws IOException {
    assertEquals("connected", hearJson().path("event").textValue());
    return this;
  }

  void closes(int code, String reason) throws IOException {
    Got got = hear();
    assertEquals(CLOSE, got.opcode(), () -> new String(got.payload(), UTF_8));
    assertEquals(code + " " + reason, got.code() + " " + got.reason());
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
