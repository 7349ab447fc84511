package io.muster.actors.room;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much of the past this node tells in a time, to all of its guests together: those who come
 * back wait for each other, so that those who are here do not. Thread-safe.
 */
final class ReplayBudget {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long perSecond;
  private final LongSupplier nanos;
  private double left;
  private long at;

  ReplayBudget(long perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
    this.left = perSecond / 10.0;
    this.at = nanos.getAsLong();
  }

  /** Whether so many may be told now; if so they are counted. */
  synchronized boolean takes(int events) {
    long now = nanos.getAsLong();
    // A tenth of a second at once, and one part at least.
    left =
        Math.min(
            Math.max(perSecond / 10.0, events), left + (double) (now - at) * perSecond / SECOND);
    at = now;
    if (left < events) {
      return false;
    }
    left -= events;
    return true;
  }
}
