package io.muster.http.edge;

import static io.muster.support.Eventually.eventually;

import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LoopWatchTest {
  @Test
  void a_loop_that_was_blocked_is_found_late() {
    var late = new CopyOnWriteArrayList<Duration>();
    try (var loops = EventLoops.single()) {
      LoopWatch.start(loops, late::add);
      eventually("a first look", () -> !late.isEmpty());
      loops.execute(LoopWatchTest::block);
      eventually(
          "lateness", () -> late.stream().anyMatch(l -> l.compareTo(Duration.ofMillis(150)) > 0));
    }
  }

  private static void block() {
    try {
      new CountDownLatch(1).await(400, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
