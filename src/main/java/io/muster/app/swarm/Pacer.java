package io.muster.app.swarm;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;

/**
 * An open loop: calls at an even pace and says when each call was due, in {@link System#nanoTime}.
 * When the loop was held up, the calls that are due are made up for with the time they were due at,
 * so that whoever measures from it sees the stall instead of hiding it.
 */
final class Pacer {
  // Between two bursts the sockets are read, or catching up would look like a slow gateway.
  private static final int BURST = 64;
  private static final long LONGEST_NAP = TimeUnit.MILLISECONDS.toNanos(20);

  private final EventExecutor loop;
  private final DoubleSupplier perSecond;
  private final LongConsumer turn;
  // nanoTime has an arbitrary origin; counted from the start a double keeps parts of a nanosecond.
  private long origin;
  private double next;
  private boolean running;

  /**
   * @param perSecond asked again at least every 20 ms; 0 or less pauses
   */
  Pacer(EventExecutor loop, DoubleSupplier perSecond, LongConsumer turn) {
    this.loop = loop;
    this.perSecond = perSecond;
    this.turn = turn;
  }

  /** On the loop. */
  void start() {
    if (!running) {
      running = true;
      origin = System.nanoTime();
      next = 0;
      run();
    }
  }

  /** What is overdue is let go; the next call is due now. */
  void forgetBacklog() {
    next = System.nanoTime() - origin;
  }

  /** For good. */
  void stop() {
    running = false;
  }

  private void run() {
    if (!running) {
      return;
    }
    long now = System.nanoTime() - origin;
    double rate = perSecond.getAsDouble();
    if (rate <= 0) {
      next = now;
      loop.schedule(this::run, LONGEST_NAP, TimeUnit.NANOSECONDS);
      return;
    }
    double interval = TimeUnit.SECONDS.toNanos(1) / rate;
    for (int calls = 0; running && next <= now && calls < BURST; calls++) {
      turn.accept(origin + (long) next);
      next += interval;
    }
    long nap = (long) next - (System.nanoTime() - origin);
    if (nap <= 0) {
      loop.execute(this::run);
    } else {
      // A short nap only: the pace may change meanwhile.
      loop.schedule(this::run, Math.min(nap, LONGEST_NAP), TimeUnit.NANOSECONDS);
    }
  }
}
