package io.muster.actors.document;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what lib0's encoder has written. Every method throws {@link InvalidUpdate}. */
final class Lib0Reader {
  private static final int CONTINUES = 0x80;
  private static final int DIGIT_BITS = 7;
  private static final int BITS_MAX = 56;
  private static final int SIGN_BITS = 6;
  private static final int DEPTH_MAX = 64;

  /** What a JavaScript number can count to. */
  static final long NUMBER_MAX = (1L << 53) - 1;

  private final byte[] bytes;
  private int at;

  Lib0Reader(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean hasMore() {
    return at < bytes.length;
  }

  int left() {
    return bytes.length - at;
  }

  int uint8() {
    if (at >= bytes.length) {
      throw new InvalidUpdate("expected more bytes");
    }
    return bytes[at++] & 0xff;
  }

  long varUint() {
    long value = 0;
    for (int shift = 0; shift < BITS_MAX; shift += DIGIT_BITS) {
      int digit = uint8();
      value |= (long) (digit & ~CONTINUES) << shift;
      if (digit < CONTINUES) {
        if (value > NUMBER_MAX) {
          break;
        }
        return value;
      }
    }
    throw new InvalidUpdate("expected a number of at most 53 bits");
  }

  /** A number of things of which each takes at least a byte. */
  int count() {
    long count = varUint();
    if (count > left()) {
      throw new InvalidUpdate("expected a count of what is there");
    }
    return (int) count;
  }

  byte[] varBytes() {
    int length = count();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  String varString() {
    return new String(varBytes(), StandardCharsets.UTF_8);
  }

  int position() {
    return at;
  }

  byte[] since(int position) {
    return Arrays.copyOfRange(bytes, position, at);
  }

  private void skip(int count) {
    if (count > left()) {
      throw new InvalidUpdate("expected more bytes");
    }
    at += count;
  }

  /** Any value, at most so deep that whoever reads it can. */
  void skipAny() {
    skipAny(0);
  }

  private void skipAny(int depth) {
    if (depth > DEPTH_MAX) {
      throw new InvalidUpdate("expected a value of at most %d levels".formatted(DEPTH_MAX));
    }
    switch (uint8()) {
      case 127, 126, 121, 120 -> {} // undefined, null, false, true
      case 125 -> skipVarInt();
      case 124 -> skip(Float.BYTES);
      case 123, 122 -> skip(Long.BYTES);
      case 119, 116 -> varBytes(); // a text, bytes
      case 118 -> {
        int count = count();
        for (int i = 0; i < count; i++) {
          varBytes();
          skipAny(depth + 1);
        }
      }
      case 117 -> {
        int count = count();
        for (int i = 0; i < count; i++) {
          skipAny(depth + 1);
        }
      }
      default -> throw new InvalidUpdate("expected a value of a kind from 116 to 127");
    }
  }

  private void skipVarInt() {
    int bits = SIGN_BITS;
    while (uint8() >= CONTINUES) {
      bits += DIGIT_BITS;
      if (bits > BITS_MAX) {
        throw new InvalidUpdate("expected a number of at most 53 bits");
      }
    }
  }

  byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
    at = bytes.length;
    return rest;
  }
}
