package io.muster.app;

import java.time.Duration;

/** The time that several steps share; one that takes long leaves less for those after it. */
record Deadline(long nanoTime) {

  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /**
   * @return what is left of the shared time, at least 0 and at most {@code most}
   */
  Duration atMost(Duration most) {
    long left = Math.max(0, nanoTime - System.nanoTime());
    return Duration.ofNanos(Math.min(left, most.toNanos()));
  }
}
