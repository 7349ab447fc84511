package io.muster.actors.device;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where the ends of connections wait until they are told to their devices, so many at a time. Each
 * is a write; those of a whole fleet would otherwise stand in the journal's queue before the
 * commands of those who are still here, and before its own return. Who has come back meanwhile
 * needs no write any more.
 *
 * <p>First come, first served; as long as the connections of a node. Thread-safe.
 */
final class Goodbyes {
  static final int AT_ONCE = 128;

  // Devices that do not answer are moving, or their node is gone: the others shall not wait for it.
  private static final Duration PATIENCE = Duration.ofMillis(250);

  private final Queue<Supplier<CompletionStage<?>>> waiting = new ArrayDeque<>();
  private int unanswered;

  /**
   * @param goodbye says it, now or later, on any thread; completes when it has been heard
   */
  void say(Supplier<CompletionStage<?>> goodbye) {
    synchronized (this) {
      if (unanswered == AT_ONCE) {
        waiting.add(goodbye);
        return;
      }
      unanswered++;
    }
    begin(goodbye);
  }

  private void begin(Supplier<CompletionStage<?>> goodbye) {
    goodbye
        .get()
        .toCompletableFuture()
        .copy()
        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((_, _) -> next());
  }

  private void next() {
    Supplier<CompletionStage<?>> goodbye;
    synchronized (this) {
      goodbye = waiting.poll();
      if (goodbye == null) {
        unanswered--;
        return;
      }
    }
    begin(goodbye);
  }
}
