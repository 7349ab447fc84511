package io.muster.app.swarm;

import java.time.Duration;

/** All devices but some lose their connection at once and come back by their own back-off. */
final class Stampede {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long LOOK_MILLIS = 10;
  // A point of the curve is a tenth of a second.
  private static final int LOOKS = 10;

  private Stampede() {}

  /**
   * @param staying so many of the first keep their connection
   * @param urgent so many of the last have a command waiting that ends soon
   * @param afterwards at once when the connections are lost
   */
  record Plan(int staying, int urgent, Runnable afterwards) {
    static final Plan ALL = new Plan(0, 0, () -> {});
  }

  /** Returns when all are back or two minutes are over. */
  static Storm on(Swarm swarm, Plan plan) throws InterruptedException {
    long start = System.nanoTime();
    var storm =
        swarm.on(
            () -> {
              var begun = swarm.lose(plan.staying(), plan.urgent());
              plan.afterwards().run();
              return begun;
            });
    for (int looks = 0; System.nanoTime() - start < PATIENCE.toNanos(); looks++) {
      boolean isPoint = looks % LOOKS == 0;
      boolean isOver =
          swarm.on(
              () -> {
                if (isPoint || storm.isOver()) {
                  storm.look();
                }
                return storm.isOver();
              });
      if (isOver) {
        break;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return storm;
  }
}
