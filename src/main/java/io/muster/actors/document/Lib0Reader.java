package io.muster.actors.document;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what lib0's encoder has written. Every method throws {@link InvalidUpdate}. */
final class Lib0Reader {
  private static final int CONTINUES = 0x80;
  private static final int DIGIT_BITS = 7;
  private static final int BITS_MAX = 56; // above what a JavaScript number can count

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

  byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
    at = bytes.length;
    return rest;
  }
}
