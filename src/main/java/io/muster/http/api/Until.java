package io.muster.http.api;

import java.time.Duration;

/**
 * Until when an answer is of use to whoever asked.
 *
 * @param nanos of {@link System#nanoTime}
 */
record Until(long nanos) {
  static Until in(Duration patience) {
    return new Until(System.nanoTime() + patience.toNanos());
  }

  boolean isOver() {
    return System.nanoTime() - nanos >= 0;
  }

  /** At least a millisecond, for timers that know none. */
  Duration left() {
    return Duration.ofNanos(Math.max(1_000_000, nanos - System.nanoTime()));
  }

  Duration left(Duration atMost) {
    var left = left();
    return left.compareTo(atMost) < 0 ? left : atMost;
  }
}
