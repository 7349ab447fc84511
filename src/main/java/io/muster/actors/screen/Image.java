package io.muster.actors.screen;

import java.util.Optional;

/**
 * What the header of a picture says of it. Nothing here decodes pixels: a small file may unpack to
 * gigabytes.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record Image(ImageType type, int width, int height) {

  public long pixels() {
    return (long) width * height;
  }

  /**
   * Reads the header at the beginning of a file that may go on after the given bytes. Never throws;
   * empty for what is neither PNG nor JPEG, or does not say its size within these bytes.
   */
  public static Optional<Image> headerOf(byte[] beginning) {
    return Png.isPng(beginning) ? Png.header(beginning) : Jpeg.header(beginning);
  }

  /**
   * As {@link #headerOf}, for all of a file. Empty also when the file is cut off, damaged, or goes
   * on after the picture's end, as a file does that is something else as well.
   */
  public static Optional<Image> of(byte[] file) {
    boolean isWhole = Png.isPng(file) ? Png.isWhole(file) : Jpeg.isWhole(file);
    return isWhole ? headerOf(file) : Optional.empty();
  }
}
