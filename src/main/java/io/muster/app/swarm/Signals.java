package io.muster.app.swarm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How several processes begin together: each waits for one file. */
final class Signals {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long LOOK_MILLIS = 10;

  private Signals() {}

  /** Returns when the file is there, and after five minutes in any case. */
  static void await(Path file) throws InterruptedException {
    long start = System.nanoTime();
    while (!Files.exists(file) && System.nanoTime() - start < PATIENCE.toNanos()) {
      Thread.sleep(LOOK_MILLIS);
    }
  }
}
