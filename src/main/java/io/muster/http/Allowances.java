package io.muster.http;

import java.util.function.LongSupplier;

/**
 * How many events a connection may send: {@code perSecond} on average, {@code burst} at once.
 *
 * @param nanoTime a monotonic clock
 */
public record Allowances(double perSecond, int burst, LongSupplier nanoTime) {
  public Allowances {
    if (perSecond <= 0 || burst < 1) {
      throw new IllegalArgumentException(
          "an allowance needs a rate above 0 and a burst of 1 or more");
    }
  }

  public Allowed begin() {
    return new Allowed(this);
  }

  long nanosPerEvent() {
    return (long) (1_000_000_000 / perSecond);
  }
}
