package io.muster.http.edge;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Notices when an event loop is late: something on it has blocked, or there is more to do than time
 * to do it in. Every client of that loop has waited as long.
 */
public final class LoopWatch {
  // Not in step with the other clocks of the house, which would always meet the same neighbours.
  private static final Duration PACE = Duration.ofMillis(97);

  private final Consumer<Duration> late;
  private long expected;

  private LoopWatch(Consumer<Duration> late) {
    this.late = late;
  }

  /**
   * Looks at each loop about ten times a second until the loops are closed.
   *
   * @param late is told, on the loop, by how much a task ran later than it was due
   */
  public static void start(EventLoops loops, Consumer<Duration> late) {
    for (EventExecutor loop : loops.group()) {
      var watch = new LoopWatch(late);
      loop.execute(
          () -> {
            watch.expected = System.nanoTime() + PACE.toNanos();
            loop.scheduleWithFixedDelay(
                watch::look, PACE.toNanos(), PACE.toNanos(), TimeUnit.NANOSECONDS);
          });
    }
  }

  private void look() {
    late.accept(Duration.ofNanos(Math.max(0, System.nanoTime() - expected)));
    expected = System.nanoTime() + PACE.toNanos();
  }
}
