package io.muster.actors.screen;

import java.time.Duration;

/**
 * What a screenshot may be and how long it stays.
 *
 * @param imageMax bytes of a picture that comes in an event
 * @param pixelsMax of a picture, whoever brings it
 * @param urlLife how long an address to read is good
 * @param uploadLife how long an address to write is good
 * @param keep pictures of each device; older ones are deleted
 * @param inFlightMax bytes of pictures that may be under way on this node, as text and as bytes
 */
public record ScreenshotSettings(
    int imageMax,
    long pixelsMax,
    Duration urlLife,
    Duration uploadLife,
    int keep,
    long inFlightMax) {

  /** Of the text in which a picture comes; each three bytes are four characters. */
  public int base64Max() {
    return Math.ceilDiv(imageMax, 3) * 4;
  }

  /** What the JSON and the packet around a picture's text may take. */
  public static final int AROUND_MAX = 4_096;

  /** Whether the largest picture fits into one message of so many bytes. */
  public boolean fitsInto(int messageBytes) {
    return base64Max() + AROUND_MAX <= messageBytes;
  }
}
