package io.muster.persistence;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A few threads that wait for a storage, a bounded queue before them, and an end to waiting. */
final class StorageThreads implements AutoCloseable {
  /** Each may hold a picture of 1.5 MB: beyond so many the next is refused at once. */
  private static final int QUEUE_MAX = 64;

  private final Duration patience;
  private final ExecutorService threads;

  StorageThreads(int count, Duration patience) {
    this.patience = patience;
    this.threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            Thread.ofPlatform().daemon().name("muster-storage-", 0).factory());
  }

  <T> CompletionStage<T> run(Callable<T> work) {
    var answer = new CompletableFuture<T>();
    try {
      threads.execute(() -> answer(answer, work));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return answer.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static <T> void answer(CompletableFuture<T> answer, Callable<T> work) {
    if (answer.isDone()) {
      return; // nobody waits for it any more
    }
    try {
      answer.complete(work.call());
    } catch (Throwable failure) {
      answer.completeExceptionally(failure);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
