package io.muster.persistence;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A question that thousands may ask at once. For each key at most one is under way; those who come
 * meanwhile share the next one, because the one under way may have looked before they asked.
 */
final class Coalesced<K, T> {
  private final Function<K, CompletionStage<T>> question;

  /** One entry for each key that is being asked about, and who shares the next answer. */
  private final Map<K, CompletableFuture<T>> next = new HashMap<>();

  Coalesced(Function<K, CompletionStage<T>> question) {
    this.question = question;
  }

  /** An answer that was looked up after this call. */
  CompletionStage<T> ask(K key) {
    synchronized (next) {
      if (next.containsKey(key)) {
        return next.computeIfAbsent(key, _ -> new CompletableFuture<>()).copy();
      }
      next.put(key, null);
    }
    return look(key, new CompletableFuture<>()).copy();
  }

  private CompletableFuture<T> look(K key, CompletableFuture<T> answer) {
    asked(key)
        .whenComplete(
            (value, failure) -> {
              lookAgain(key);
              if (failure == null) {
                answer.complete(value);
              } else {
                answer.completeExceptionally(failure);
              }
            });
    return answer;
  }

  /**
   * A question that cannot even be asked is answered like one that failed: the key is free again.
   */
  private CompletionStage<T> asked(K key) {
    try {
      return question.apply(key);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void lookAgain(K key) {
    CompletableFuture<T> waiting;
    synchronized (next) {
      waiting = next.remove(key);
      if (waiting != null) {
        next.put(key, null);
      }
    }
    if (waiting != null) {
      look(key, waiting);
    }
  }
}
