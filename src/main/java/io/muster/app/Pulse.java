package io.muster.app;

import io.muster.actors.Telemetry;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that this process stood still, because it was stopped, its machine was swapped out or the
 * collector had it. Who wakes after the others may have gone on without it must not serve as if
 * nothing had happened: what it has in memory may be somebody else's by now.
 *
 * <p>On a thread of its own: whatever else is late, this one is not.
 */
final class Pulse implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pulse.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  // A beat that is late by a second is a busy machine.
  private static final Duration TOLD = EVERY.plusSeconds(1);

  private final Duration max;
  private final BooleanSupplier hasOthers;
  private final Telemetry telemetry;
  private final LongSupplier nanos;
  private final Runnable giveUp;
  private long last;
  private volatile boolean isOver;

  /**
   * @param max between two beats; above two seconds
   * @param hasOthers whether anybody could have gone on without this node
   * @param nanos as {@link System#nanoTime}
   * @param giveUp called when a beat is later than that
   */
  Pulse(
      Duration max,
      BooleanSupplier hasOthers,
      Telemetry telemetry,
      LongSupplier nanos,
      Runnable giveUp) {
    this.max = max;
    this.hasOthers = hasOthers;
    this.telemetry = telemetry;
    this.nanos = nanos;
    this.giveUp = giveUp;
    this.last = nanos.getAsLong();
  }

  Pulse start() {
    Thread.ofPlatform().daemon().name("muster-pulse").start(this::goOn);
    return this;
  }

  private void goOn() {
    while (!isOver) {
      LockSupport.parkNanos(EVERY.toNanos());
      beat();
    }
  }

  void beat() {
    long now = nanos.getAsLong();
    var since = Duration.ofNanos(now - last);
    last = now;
    if (isOver || since.compareTo(TOLD) <= 0) {
      return;
    }
    telemetry.stoodStill();
    if (since.compareTo(max) > 0 && hasOthers.getAsBoolean()) {
      log.error(
          "This node stood still for {} ms: the others may have gone on without it", ms(since));
      close();
      giveUp.run();
    } else {
      log.warn("This node stood still for {} ms", ms(since));
    }
  }

  private static long ms(Duration since) {
    return since.minus(EVERY).toMillis();
  }

  /** It gives up no more, at the latest after a second. */
  @Override
  public void close() {
    isOver = true;
  }
}
