package io.muster.app.swarm;

import java.util.random.RandomGenerator;

/** When the official clients try again: 1 s doubled up to 5 s, half of it random either way. */
final class BackOff {
  private static final int SHORTEST_MILLIS = 1000;
  private static final int LONGEST_MILLIS = 5000;
  private static final double JITTER = 0.5;

  private BackOff() {}

  /**
   * @param attempts how many have failed since the last success
   */
  static long millis(int attempts, RandomGenerator random) {
    long plain = SHORTEST_MILLIS * (1L << Math.min(attempts, 10));
    double jittered = plain * (1 + JITTER * (2 * random.nextDouble() - 1));
    return Math.min((long) jittered, LONGEST_MILLIS);
  }
}
