package io.muster.http;

/**
 * What one connection may still send: a token bucket in one number, the time at which it would be
 * full again.
 */
public final class Allowed {
  private final Allowances of;
  private long fullAt;

  Allowed(Allowances of) {
    this.of = of;
    this.fullAt = of.nanoTime().getAsLong();
  }

  public boolean oneMore() {
    long now = of.nanoTime().getAsLong();
    long from = fullAt - now > 0 ? fullAt : now;
    long next = from + of.nanosPerEvent();
    if (next - now > of.nanosPerEvent() * of.burst()) {
      return false;
    }
    fullAt = next;
    return true;
  }
}
