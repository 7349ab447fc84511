package io.muster.persistence;

import io.muster.actors.ReadModelUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Questions about one thing each that come by the thousand, asked in batches. One batch is under
 * way at a time; what is asked meanwhile is in the next. So a question that comes alone is asked at
 * once, and a storm of them costs a database no more than it can do. Who asks the same is answered
 * in the order of asking.
 */
final class Batched<K, V> {
  /** A whole fleet that comes back at once, some times over. */
  private static final int WAITING_MAX = 100_000;

  /** Nobody waits longer, whatever the database does. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int max;
  private final Function<Set<K>, CompletionStage<Function<K, V>>> question;
  private final Map<K, List<CompletableFuture<V>>> waiting = new LinkedHashMap<>();
  // These go before the others: they have been in a batch that was too large.
  private final Map<K, List<CompletableFuture<V>>> again = new LinkedHashMap<>();
  private int askers;
  private int size;
  private boolean isAsking;

  /**
   * @param max keys in one batch; after one that took too long it is fewer for a while
   * @param question about at most {@code max} keys; what it answers is asked for each of them and
   *     may throw for one of them without spoiling the others
   */
  Batched(int max, Function<Set<K>, CompletionStage<Function<K, V>>> question) {
    this.max = max;
    this.size = max;
    this.question = question;
  }

  /** An answer that was looked up after this call. */
  CompletionStage<V> ask(K key) {
    var answer = new CompletableFuture<V>();
    var patient = patient(answer);
    boolean begins;
    synchronized (this) {
      if (askers >= WAITING_MAX) {
        answer.completeExceptionally(new ReadModelUnavailable("too many questions are waiting"));
        return patient;
      }
      askers++;
      waiting.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(answer);
      begins = !isAsking;
      isAsking = true;
    }
    if (begins) {
      askNext();
    }
    return patient;
  }

  private static <V> CompletionStage<V> patient(CompletableFuture<V> answer) {
    return answer
        .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    failure instanceof TimeoutException
                        ? new ReadModelUnavailable("the database did not answer in time", failure)
                        : failure));
  }

  private void askNext() {
    var batch = nextBatch();
    if (batch.isEmpty()) {
      return;
    }
    asked(batch.keySet())
        .whenComplete(
            (answers, failure) -> {
              if (batch.size() > 1 && isTooSlow(failure)) {
                askAgain(batch);
                askNext();
                return;
              }
              if (failure == null) {
                grow();
              }
              // First the next question, then the answers: those who get one may ask again.
              askNext();
              batch.forEach(
                  (key, asking) -> {
                    var settled = settled(answers, failure, key);
                    asking.forEach(settled);
                  });
            });
  }

  private CompletionStage<Function<K, V>> asked(Set<K> keys) {
    try {
      return question.apply(keys);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Consumer<CompletableFuture<V>> settled(Function<K, V> answers, Throwable failure, K key) {
    if (failure != null) {
      return answer -> answer.completeExceptionally(failure);
    }
    try {
      var value = answers.apply(key);
      return answer -> answer.complete(value);
    } catch (RuntimeException e) {
      return answer -> answer.completeExceptionally(e);
    }
  }

  // ── how many at once ──

  private static boolean isTooSlow(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** The same batch would take too long once more. */
  private synchronized void askAgain(Map<K, List<CompletableFuture<V>>> batch) {
    size = Math.max(1, batch.size() / 2);
    batch.forEach(
        (key, asking) -> {
          askers += asking.size();
          again.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(asking);
        });
  }

  private synchronized void grow() {
    size = Math.min(max, size * 2);
  }

  /** Empty when nobody waits any more. */
  private synchronized Map<K, List<CompletableFuture<V>>> nextBatch() {
    var batch = new LinkedHashMap<K, List<CompletableFuture<V>>>();
    take(again, batch);
    take(waiting, batch);
    isAsking = !batch.isEmpty();
    return batch;
  }

  private void take(
      Map<K, List<CompletableFuture<V>>> from, Map<K, List<CompletableFuture<V>>> batch) {
    var all = from.entrySet().iterator();
    while (all.hasNext() && batch.size() < size) {
      var next = all.next();
      all.remove();
      var asking = next.getValue();
      askers -= asking.size();
      asking.removeIf(CompletableFuture::isDone); // they have given up
      if (!asking.isEmpty()) {
        batch.computeIfAbsent(next.getKey(), _ -> new ArrayList<>(asking.size())).addAll(asking);
      }
    }
  }
}
