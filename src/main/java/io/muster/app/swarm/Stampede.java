package io.muster.app.swarm;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** All devices lose their connection at once and come back by their own back-off. */
final class Stampede {
  private static final double NEARLY_ALL = 0.99;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long LOOK_MILLIS = 10;

  private Stampede() {}

  /**
   * @return seconds until 99 % were connected again; infinite when that took over two minutes
   */
  static double on(Swarm swarm) throws InterruptedException {
    long before = swarm.on(() -> swarm.tally().connected);
    long start = System.nanoTime();
    swarm.run(swarm::loseAll);
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      Thread.sleep(LOOK_MILLIS);
      if (swarm.on(() -> swarm.tally().connected) >= before * NEARLY_ALL) {
        return (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
      }
    }
    return Double.POSITIVE_INFINITY;
  }
}
