package io.muster.persistence;

import io.muster.actors.ReadModelUnavailable;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Questions about one thing each that come by the thousand, asked in batches. One batch is under
 * way at a time; what is asked meanwhile is in the next. So a question that comes alone is asked at
 * once, and a storm of them costs a database no more than it can do.
 */
final class Batched<K, V> {
  /** A whole fleet that comes back at once, some times over. */
  private static final int WAITING_MAX = 100_000;

  /** Nobody waits longer, whatever the database does. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int max;
  private final Function<Set<K>, CompletionStage<Function<K, V>>> question;
  private final Map<K, CompletableFuture<V>> waiting = new LinkedHashMap<>();
  private boolean isAsking;

  /**
   * @param max keys in one batch
   * @param question about at most {@code max} keys; what it answers is asked for each of them and
   *     may throw for one of them without spoiling the others
   */
  Batched(int max, Function<Set<K>, CompletionStage<Function<K, V>>> question) {
    this.max = max;
    this.question = question;
  }

  /** An answer that was looked up after this call. */
  CompletionStage<V> ask(K key) {
    CompletableFuture<V> answer;
    synchronized (this) {
      if (waiting.size() >= WAITING_MAX && !waiting.containsKey(key)) {
        return CompletableFuture.failedFuture(
            new ReadModelUnavailable("too many questions are waiting"));
      }
      answer =
          waiting.computeIfAbsent(
              key,
              _ ->
                  new CompletableFuture<V>().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
      if (isAsking) {
        return translated(answer);
      }
      isAsking = true;
    }
    askNext();
    return translated(answer);
  }

  private static <V> CompletionStage<V> translated(CompletableFuture<V> answer) {
    return answer.exceptionallyCompose(
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
              // First the next question, then the answers: those who get one may ask again.
              askNext();
              batch.forEach(
                  (key, answer) -> {
                    if (failure == null) {
                      settle(answer, answers, key);
                    } else {
                      answer.completeExceptionally(failure);
                    }
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

  private void settle(CompletableFuture<V> answer, Function<K, V> answers, K key) {
    try {
      answer.complete(answers.apply(key));
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  /** Empty when nobody waits any more. */
  private synchronized Map<K, CompletableFuture<V>> nextBatch() {
    var batch = new LinkedHashMap<K, CompletableFuture<V>>();
    Iterator<Map.Entry<K, CompletableFuture<V>>> all = waiting.entrySet().iterator();
    while (all.hasNext() && batch.size() < max) {
      var next = all.next();
      all.remove();
      if (!next.getValue().isDone()) { // otherwise they have given up
        batch.put(next.getKey(), next.getValue());
      }
    }
    isAsking = !batch.isEmpty();
    return batch;
  }
}
