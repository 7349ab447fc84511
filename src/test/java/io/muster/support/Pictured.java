package io.muster.support;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Pictures as cameras and browsers write them, made by the JDK's own encoders. */
public final class Pictured {
  private static final int IEND_BYTES = 12;

  private Pictured() {}

  public static byte[] png(int width, int height) {
    return encoded("png", width, height);
  }

  public static byte[] jpeg(int width, int height) {
    return encoded("jpg", width, height);
  }

  private static byte[] encoded(String format, int width, int height) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var noise = new Random(7);
    for (int i = 0; i < Math.min(1_000, width * height); i++) {
      image.setRGB(noise.nextInt(width), noise.nextInt(height), noise.nextInt());
    }
    var out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A picture of exactly so many bytes: most of them are a comment. */
  public static byte[] pngOf(int bytes) {
    var small = png(4, 3);
    var padding = "p".repeat(bytes - small.length - 12);
    return chunkBeforeEnd(small, "tEXt", padding.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] chunkBeforeEnd(byte[] png, String name, byte[] content) {
    int end = png.length - IEND_BYTES;
    return ByteBuffer.allocate(png.length + content.length + 12)
        .put(png, 0, end)
        .put(chunk(name, content))
        .put(png, end, IEND_BYTES)
        .array();
  }

  /** With its checksum right, whatever it says. */
  public static byte[] chunk(String name, byte[] content) {
    var named =
        ByteBuffer.allocate(4 + content.length)
            .put(name.getBytes(StandardCharsets.US_ASCII))
            .put(content)
            .array();
    var checksum = new CRC32();
    checksum.update(named);
    return ByteBuffer.allocate(named.length + 8)
        .putInt(content.length)
        .put(named)
        .putInt((int) checksum.getValue())
        .array();
  }

  /** A small file that says it is a large picture. */
  public static byte[] pngClaiming(int width, int height) {
    var small = png(4, 3);
    var header = Arrays.copyOfRange(small, 16, 29);
    ByteBuffer.wrap(header).putInt(width).putInt(height);
    var claiming = small.clone();
    System.arraycopy(chunk("IHDR", header), 0, claiming, 8, 25);
    return claiming;
  }
}
