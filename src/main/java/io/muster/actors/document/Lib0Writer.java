package io.muster.actors.document;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes as lib0's encoder does. */
final class Lib0Writer {
  private static final int CONTINUES = 0x80;
  private static final int DIGIT_BITS = 7;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Lib0Writer varUint(long value) {
    long rest = value;
    while (rest >= CONTINUES) {
      bytes.write((int) rest | CONTINUES);
      rest >>>= DIGIT_BITS;
    }
    bytes.write((int) rest);
    return this;
  }

  Lib0Writer uint8(int value) {
    bytes.write(value);
    return this;
  }

  /** As they are. */
  Lib0Writer bytes(byte[] value) {
    bytes.writeBytes(value);
    return this;
  }

  Lib0Writer varBytes(byte[] value) {
    varUint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  Lib0Writer varString(String value) {
    return varBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
