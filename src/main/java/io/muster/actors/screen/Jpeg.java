package io.muster.actors.screen;

import java.util.Optional;

/** The segments of a JPEG file: a marker, and for most of them a length and so many bytes. */
final class Jpeg {
  private static final int START = 0xD8;
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;

  private Jpeg() {}

  static Optional<Image> header(byte[] bytes) {
    if (!begins(bytes)) {
      return Optional.empty();
    }
    int at = 2;
    while (isMarker(bytes, at)) {
      int marker = bytes[at + 1] & 0xFF;
      int length = length(bytes, at);
      if (marker == SCAN || marker == END || length < 2) {
        return Optional.empty(); // pixels before their size
      }
      if (isFrame(marker)) {
        return frame(bytes, at, length);
      }
      at += 2 + length;
    }
    return Optional.empty();
  }

  private static Optional<Image> frame(byte[] bytes, int at, int length) {
    if (length < 8 || bytes.length < at + 9) {
      return Optional.empty();
    }
    int height = unsigned(bytes, at + 5);
    int width = unsigned(bytes, at + 7);
    return width > 0 && height > 0
        ? Optional.of(new Image(ImageType.JPEG, width, height))
        : Optional.empty();
  }

  /** Its segments follow each other up to the end marker, which ends the file. */
  static boolean isWhole(byte[] bytes) {
    if (!begins(bytes)) {
      return false;
    }
    boolean hasPixels = false;
    int at = 2;
    while (isMarker(bytes, at)) {
      int marker = bytes[at + 1] & 0xFF;
      if (marker == END) {
        return hasPixels && at + 2 == bytes.length;
      }
      int length = length(bytes, at);
      if (length < 2) {
        return false;
      }
      at += 2 + length;
      if (marker == SCAN) {
        hasPixels = true;
        at = endOfScan(bytes, at);
      }
    }
    return false;
  }

  /** Where the next marker stands that is neither a stuffed byte nor a restart. */
  private static int endOfScan(byte[] bytes, int from) {
    int at = from;
    while (at + 1 < bytes.length) {
      int next = bytes[at + 1] & 0xFF;
      if (bytes[at] == (byte) 0xFF && next != 0 && next != 0xFF && !isRestart(next)) {
        return at;
      }
      at++;
    }
    return bytes.length;
  }

  private static boolean begins(byte[] bytes) {
    return isMarker(bytes, 0) && (bytes[1] & 0xFF) == START;
  }

  private static boolean isMarker(byte[] bytes, int at) {
    return at + 1 < bytes.length && bytes[at] == (byte) 0xFF;
  }

  /** Of the segment at this marker, its own two bytes included; -1 when the file ends before it. */
  private static int length(byte[] bytes, int at) {
    return at + 3 < bytes.length ? unsigned(bytes, at + 2) : -1;
  }

  private static int unsigned(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
  }

  /** SOF0 to SOF15, without the tables that have numbers among them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static boolean isRestart(int marker) {
    return marker >= 0xD0 && marker <= 0xD7;
  }
}
