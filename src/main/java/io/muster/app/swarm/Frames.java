package io.muster.app.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** WebSocket frames as a client needs them: masked ones to send, bare ones to read. */
final class Frames {
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  /**
   * What a gateway may send in one frame, in bytes; a full-size picture of a fleet is far below.
   */
  static final int LARGEST = 4 << 20;

  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;

  private Frames() {}

  /** One text message of two parts, both ASCII or already UTF-8. */
  static ByteBuf text(ByteBufAllocator allocator, String head, byte[] body) {
    return masked(allocator, TEXT, head.getBytes(StandardCharsets.US_ASCII), body);
  }

  static ByteBuf masked(ByteBufAllocator allocator, int opcode, byte[] head, byte[] body) {
    int length = head.length + body.length;
    int mask = ThreadLocalRandom.current().nextInt();
    var frame = allocator.buffer(length + 14).writeByte(FINAL | opcode);
    if (length < TWO_BYTES) {
      frame.writeByte(MASKED | length);
    } else if (length <= 0xFFFF) {
      frame.writeByte(MASKED | TWO_BYTES).writeShort(length);
    } else {
      frame.writeByte(MASKED | EIGHT_BYTES).writeLong(length);
    }
    frame.writeInt(mask);
    int start = frame.writerIndex();
    frame.writeBytes(head).writeBytes(body);
    int at = start;
    for (; at + 4 <= frame.writerIndex(); at += 4) {
      frame.setInt(at, frame.getInt(at) ^ mask);
    }
    for (int shift = 24; at < frame.writerIndex(); at++, shift -= 8) {
      frame.setByte(at, frame.getByte(at) ^ (mask >>> shift));
    }
    return frame;
  }

  /** What is done with a whole frame; the payload is valid during the call only. */
  interface Reader {
    void frame(int opcode, ByteBuf payload);
  }

  /**
   * Hands on the frames that are complete and leaves the rest unread.
   *
   * @throws IllegalStateException for what no server may send to a client that asked for no
   *     extension: a fragment, a mask, a frame above {@link #LARGEST}
   */
  static void read(ByteBuf bytes, Reader reader) {
    while (bytes.readableBytes() >= 2) {
      int start = bytes.readerIndex();
      int first = bytes.getUnsignedByte(start);
      int code = bytes.getUnsignedByte(start + 1);
      int head = code == EIGHT_BYTES ? 10 : code == TWO_BYTES ? 4 : 2;
      if (bytes.readableBytes() < head) {
        return;
      }
      long length =
          code == EIGHT_BYTES
              ? bytes.getLong(start + 2)
              : code == TWO_BYTES ? bytes.getUnsignedShort(start + 2) : code;
      if ((first & FINAL) == 0 || code >= MASKED || length < 0 || length > LARGEST) {
        throw new IllegalStateException("a frame that a server may not send");
      }
      if (bytes.readableBytes() < head + length) {
        return;
      }
      bytes.skipBytes(head);
      var payload = bytes.readSlice((int) length);
      reader.frame(first & 0x0F, payload);
    }
  }
}
