package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;

/** A WebSocket client that sends exactly the frames it is told to, right or wrong. */
final class RawWebSocket implements Closeable {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  static final int FINAL = 0x80;

  private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

  /** What the server sent; opcode -1 when the connection ended. */
  record Heard(int opcode, byte[] bytes) {
    String text() {
      return new String(bytes, UTF_8);
    }

    boolean isEnd() {
      return opcode == -1;
    }
  }

  private final Wire wire;

  private RawWebSocket(Wire wire) {
    this.wire = wire;
  }

  static RawWebSocket open(int port, String target, String... headers) throws IOException {
    var wire = new Wire(port);
    wire.say(request(target, headers));
    var answer = wire.hear(false);
    if (answer.status() != 101) {
      wire.close();
      throw new IOException("refused with " + answer.status());
    }
    return new RawWebSocket(wire);
  }

  static String request(String target, String... headers) {
    var request = new StringBuilder("GET " + target + " HTTP/1.1\nHost: muster.test\n");
    request.append("Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n");
    request.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n");
    for (String header : headers) {
      request.append(header).append('\n');
    }
    return request.append('\n').toString();
  }

  RawWebSocket say(String... texts) throws IOException {
    for (String text : texts) {
      frame(FINAL | TEXT, text.getBytes(UTF_8));
    }
    return this;
  }

  RawWebSocket say(byte[] binary) throws IOException {
    return frame(FINAL | BINARY, binary);
  }

  RawWebSocket frame(int first, byte[] payload) throws IOException {
    return raw(framed(first, payload));
  }

  RawWebSocket raw(byte[] bytes) throws IOException {
    wire.say(bytes);
    return this;
  }

  static byte[] framed(int first, byte[] payload) {
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
    out.writeBytes(MASK);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ MASK[i & 3]);
    }
    return out.toByteArray();
  }

  /** The next frame, or the end of the connection. */
  Heard hear() throws IOException {
    int first;
    try {
      first = wire.exactly(1)[0] & 0xff;
    } catch (java.net.SocketTimeoutException silence) {
      throw silence;
    } catch (IOException ended) {
      return new Heard(-1, new byte[0]);
    }
    int length = wire.exactly(1)[0] & 0x7f;
    if (length >= 126) {
      byte[] extended = wire.exactly(length == 126 ? 2 : 8);
      length = 0;
      for (byte b : extended) {
        length = length << 8 | b & 0xff;
      }
    }
    return new Heard(first & 0x0f, wire.exactly(length));
  }

  String text() throws IOException {
    return hear().text();
  }

  /** Reads on until the connection ends; answers the last frame before it. */
  Heard last() throws IOException {
    Heard last = hear();
    for (Heard next = last; !next.isEnd(); next = hear()) {
      last = next;
    }
    return last;
  }

  /** Reads on until the connection ends. */
  void ends() throws IOException {
    while (!hear().isEnd()) {
      // Whatever was on its way before.
    }
  }

  Wire wire() {
    return wire;
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
