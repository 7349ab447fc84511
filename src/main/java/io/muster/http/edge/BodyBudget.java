package io.muster.http.edge;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes that the bodies of all requests under way may hold together. Thread-safe. */
final class BodyBudget {
  private final long max;
  private final AtomicLong taken = new AtomicLong();

  BodyBudget(long max) {
    this.max = max;
  }

  /** Whether there was room; if so it is taken until given back. */
  boolean take(int bytes) {
    if (taken.addAndGet(bytes) <= max) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  void giveBack(int bytes) {
    taken.addAndGet(-bytes);
  }
}
