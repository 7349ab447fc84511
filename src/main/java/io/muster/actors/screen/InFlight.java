package io.muster.actors.screen;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes that may be under way together. Thread-safe. */
final class InFlight {
  private final long max;
  private final AtomicLong taken = new AtomicLong();

  InFlight(long max) {
    this.max = max;
  }

  /** Whether there was room; if so it is taken until given back. */
  boolean take(long bytes) {
    if (taken.addAndGet(bytes) <= max) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }
}
