package io.muster.actors.screen;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/** The chunks of a PNG file: length, name, content, checksum. */
final class Png {
  private static final byte[] MAGIC = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int IHDR = 0x49484452;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int IHDR_BYTES = 13;
  private static final int FRAME_BYTES = 12; // length, name and checksum of a chunk

  private Png() {}

  static boolean isPng(byte[] bytes) {
    return bytes.length >= MAGIC.length
        && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** Of bytes that {@link #isPng}. */
  static Optional<Image> header(byte[] bytes) {
    if (bytes.length < MAGIC.length + FRAME_BYTES + IHDR_BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes);
    boolean isHeader =
        in.getInt(MAGIC.length) == IHDR_BYTES
            && in.getInt(MAGIC.length + 4) == IHDR
            && isIntact(in, MAGIC.length, IHDR_BYTES);
    int width = in.getInt(MAGIC.length + 8);
    int height = in.getInt(MAGIC.length + 12);
    return isHeader && width > 0 && height > 0
        ? Optional.of(new Image(ImageType.PNG, width, height))
        : Optional.empty();
  }

  /** Of bytes that {@link #isPng}: every chunk is intact, and the last one ends the file. */
  static boolean isWhole(byte[] bytes) {
    var in = ByteBuffer.wrap(bytes);
    boolean hasPixels = false;
    int at = MAGIC.length;
    while (bytes.length - at >= FRAME_BYTES) {
      int length = in.getInt(at);
      if (length < 0 || length > bytes.length - at - FRAME_BYTES || !isIntact(in, at, length)) {
        return false;
      }
      int name = in.getInt(at + 4);
      at += FRAME_BYTES + length;
      hasPixels |= name == IDAT;
      if (name == IEND) {
        return hasPixels && at == bytes.length;
      }
    }
    return false;
  }

  private static boolean isIntact(ByteBuffer in, int at, int length) {
    var checksum = new CRC32();
    checksum.update(in.array(), at + 4, length + 4);
    return (int) checksum.getValue() == in.getInt(at + 8 + length);
  }
}
