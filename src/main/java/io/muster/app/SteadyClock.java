package io.muster.app;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * UTC that does not jump because somebody has set the machine's clock: commands would expire, and
 * tokens be refused for good. It goes on by the processor's count and is held against the
 * database's clock, which is the same for all nodes. A difference is followed at once only when the
 * machine's clock and the database's agree, as after the sleep of a machine; small ones bit by bit.
 * Thread-safe.
 */
final class SteadyClock extends Clock {
  private static final Logger log = LoggerFactory.getLogger(SteadyClock.class);

  /** Two clocks that differ by less say the same. */
  static final Duration ALIKE = Duration.ofSeconds(1);

  /** Followed at a comparison of those that say the same. */
  static final Duration STEP_MAX = Duration.ofMillis(10);

  private final LongSupplier nanos;
  private volatile Reading base;
  private boolean wasOdd;

  /** What the clock said when the processor had counted so far. */
  private record Reading(Instant instant, long nanos) {
    Instant at(long now) {
      return instant.plusNanos(now - nanos);
    }
  }

  /**
   * @param database its time, of a moment ago at most; a node whose machine's clock is wrong begins
   *     with the right time
   */
  SteadyClock(LongSupplier nanos, Instant system, Instant database) {
    this.nanos = nanos;
    this.base = new Reading(database, nanos.getAsLong());
    if (!areAlike(system, database)) {
      log.warn(
          "This machine's clock says {} and the database's {}: the database's is taken",
          system,
          database);
    }
  }

  /** Of the same moment. */
  synchronized void compare(Instant system, Instant database) {
    long now = nanos.getAsLong();
    var mine = base.at(now);
    if (areAlike(mine, database)) {
      base = new Reading(mine.plus(bit(Duration.between(mine, database))), now);
    } else if (areAlike(system, database)) {
      log.warn("The clock goes on from {} at {}, as machine and database say", mine, database);
      base = new Reading(database, now);
    }
    tellOnce(!areAlike(system, database), system, database);
  }

  private void tellOnce(boolean isOdd, Instant system, Instant database) {
    if (isOdd && !wasOdd) {
      log.warn(
          "This machine's clock says {} and the database's {}: neither is followed",
          system,
          database);
    }
    wasOdd = isOdd;
  }

  private static Duration bit(Duration difference) {
    if (difference.abs().compareTo(STEP_MAX) <= 0) {
      return difference;
    }
    return difference.isNegative() ? STEP_MAX.negated() : STEP_MAX;
  }

  private static boolean areAlike(Instant one, Instant other) {
    return Duration.between(one, other).abs().compareTo(ALIKE) <= 0;
  }

  @Override
  public Instant instant() {
    return base.at(nanos.getAsLong());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return ((InstantSource) this).withZone(zone);
  }
}
