package io.muster.http.socketio;

import java.util.Arrays;
import java.util.Base64;

/** The body of a polling request: packets joined by a separator. */
public final class EnginePayload {
  private EnginePayload() {}

  /** Called for each packet in the order of the body. */
  @FunctionalInterface
  public interface Packets {
    /** The packet is {@code body[from, to)}, its type byte included; never empty. */
    void packet(byte[] body, int from, int to) throws MalformedPacket;
  }

  /**
   * Walks the packets of {@code body[0, length)}. Those before an empty one have been handed over
   * when it is refused.
   */
  public static void split(byte[] body, int length, Packets packets) throws MalformedPacket {
    int from = 0;
    for (int i = 0; i <= length; i++) {
      if (i == length || body[i] == EnginePacket.SEPARATOR) {
        if (i == from) {
          throw new MalformedPacket("a packet between two separators");
        }
        packets.packet(body, from, i);
        from = i + 1;
      }
    }
  }

  /**
   * The bytes of a base64 packet, {@code from} being the first character after the {@code b}. Line
   * breaks and missing padding are accepted: the official Java client breaks lines at 76
   * characters.
   */
  public static byte[] base64(byte[] text, int from, int to) throws MalformedPacket {
    byte[] dense = new byte[to - from];
    int n = 0;
    for (int i = from; i < to; i++) {
      byte c = text[i];
      if (c != '\n' && c != '\r') {
        dense[n++] = c;
      }
    }
    try {
      return Base64.getDecoder().decode(n == dense.length ? dense : Arrays.copyOf(dense, n));
    } catch (IllegalArgumentException notBase64) {
      throw new MalformedPacket("base64 after b");
    }
  }
}
