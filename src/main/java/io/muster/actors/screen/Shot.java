package io.muster.actors.screen;

import java.time.Instant;
import java.util.Optional;

/**
 * A screenshot that is kept, and what is known of it.
 *
 * @param requestId as the device gave it, 1 to 128 characters
 * @param width in pixels, as the picture itself says
 * @param height in pixels, as the picture itself says
 * @param bytes of the file
 * @param capturedAt by the device's clock if it said so and can be believed, else when it came
 * @param requestedAt when it was asked for, as far as this node knows
 * @param storedAt by our clock
 */
public record Shot(
    ScreenshotKey key,
    String requestId,
    int width,
    int height,
    long bytes,
    Instant capturedAt,
    Optional<Instant> requestedAt,
    Instant storedAt) {

  /** Whether it was taken after it was asked for; empty when nobody knows when that was. */
  public Optional<Boolean> fresh() {
    return requestedAt.map(asked -> !capturedAt.isBefore(asked));
  }
}
