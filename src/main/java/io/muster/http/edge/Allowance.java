package io.muster.http.edge;

import java.time.Duration;

/**
 * How often something may happen: a steady rate with a burst on top, as the generic cell rate
 * algorithm has it. The allowance is one value for all connections; what a connection keeps is a
 * single {@code long}, its <em>due</em>: the time up to which it has spent its allowance in
 * advance.
 *
 * <p>Times are of {@link System#nanoTime()}: they may be negative and may wrap around. No call
 * allocates or takes a lock.
 *
 * @param intervalNanos time that one event uses up
 * @param toleranceNanos how far ahead of the clock a connection may run: (burst − 1) intervals
 */
public record Allowance(long intervalNanos, long toleranceNanos) {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  public Allowance {
    if (intervalNanos < 1 || toleranceNanos < 0) {
      throw new IllegalArgumentException(
          "An allowance needs an interval of at least 1 ns and no negative tolerance, was %d, %d"
              .formatted(intervalNanos, toleranceNanos));
    }
  }

  /**
   * @param perSecond events per second in the long run, 1 to 1,000,000
   * @param burst events that may come at once after a rest, 1 to 1,000,000
   */
  public static Allowance of(int perSecond, int burst) {
    if (perSecond < 1 || perSecond > 1_000_000 || burst < 1 || burst > 1_000_000) {
      throw new IllegalArgumentException(
          "A rate and its burst are from 1 to 1,000,000, were %d and %d"
              .formatted(perSecond, burst));
    }
    long interval = SECOND / perSecond;
    return new Allowance(interval, (burst - 1) * interval);
  }

  /** The due of a connection that has the whole burst before it. */
  public long untouched(long now) {
    return now;
  }

  public boolean allows(long due, long now) {
    return ahead(due, now) <= toleranceNanos;
  }

  /** The due after one more event. Ask {@link #allows} first. */
  public long spend(long due, long now) {
    return now + ahead(due, now) + intervalNanos;
  }

  /** How long to wait until one event is allowed again; zero when it is. */
  public Duration retryAfter(long due, long now) {
    return Duration.ofNanos(Math.max(0, ahead(due, now) - toleranceNanos));
  }

  private static long ahead(long due, long now) {
    return Math.max(0, due - now);
  }
}
