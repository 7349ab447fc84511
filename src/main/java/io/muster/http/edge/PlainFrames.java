package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** WebSocket frames as a server writes them: whole, unmasked, ready for the wire. */
final class PlainFrames {
  private static final int FINAL = 0x80;
  private static final int TEXT = 0x1;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;

  /** The payload of a control frame; a reason shares it with the two bytes of the code. */
  private static final int CONTROL_MAX = 125;

  private static final ByteBuf EMPTY_PING =
      Unpooled.unreleasableBuffer(frame(PING, new byte[0]).asReadOnly());

  private PlainFrames() {}

  static ByteBuf text(byte[] payload) {
    return frame(TEXT, payload);
  }

  static ByteBuf ping() {
    return EMPTY_PING.duplicate();
  }

  static ByteBuf pong(byte[] payload) {
    return frame(PONG, payload);
  }

  static ByteBuf close(int code, String reason) {
    byte[] words = reason.getBytes(UTF_8);
    int length = Math.min(words.length, CONTROL_MAX - 2);
    byte[] payload = new byte[2 + length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(words, 0, payload, 2, length);
    return frame(CLOSE, payload);
  }

  private static ByteBuf frame(int opcode, byte[] payload) {
    int length = payload.length;
    var buffer = Unpooled.buffer(length + (length < 126 ? 2 : length < 65_536 ? 4 : 10));
    buffer.writeByte(FINAL | opcode);
    if (length < 126) {
      buffer.writeByte(length);
    } else if (length < 65_536) {
      buffer.writeByte(126).writeShort(length);
    } else {
      buffer.writeByte(127).writeLong(length);
    }
    return buffer.writeBytes(payload);
  }
}
