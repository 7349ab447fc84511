package io.muster.support;

import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Screenshots;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Files in memory; fails or waits on demand. */
public final class MemoryScreenshots implements Screenshots {
  private final Map<ScreenshotKey, byte[]> files = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final Clock clock;
  private volatile CompletableFuture<Void> mood = CompletableFuture.completedFuture(null);

  public MemoryScreenshots(Clock clock) {
    this.clock = clock;
  }

  public void goAway() {
    mood = CompletableFuture.failedFuture(new IllegalStateException("the storage is away"));
  }

  public void goSlow() {
    mood = new CompletableFuture<>();
  }

  public void comeBack() {
    var before = mood;
    mood = CompletableFuture.completedFuture(null);
    before.complete(null);
  }

  /** How often it was asked for anything. */
  public int asked() {
    return asked.get();
  }

  public Map<ScreenshotKey, byte[]> files() {
    return Map.copyOf(files);
  }

  @Override
  public CompletionStage<Void> put(ScreenshotKey key, byte[] bytes) {
    asked.incrementAndGet();
    return mood.thenRun(() -> files.put(key, bytes.clone()));
  }

  @Override
  public CompletionStage<Optional<Beginning>> look(ScreenshotKey key, int bytesMax) {
    asked.incrementAndGet();
    return mood.thenApply(
        _ ->
            Optional.ofNullable(files.get(key))
                .map(
                    file ->
                        new Beginning(
                            file.length, Arrays.copyOf(file, Math.min(bytesMax, file.length)))));
  }

  @Override
  public CompletionStage<Void> delete(ScreenshotKey key) {
    asked.incrementAndGet();
    return mood.thenRun(() -> files.remove(key));
  }

  @Override
  public String url(ScreenshotKey key, Duration life) {
    return "memory:" + key + "?" + life.toSeconds();
  }

  @Override
  public Upload upload(ScreenshotKey key, long bytes, Duration life) {
    return new Upload("memory:" + key, "PUT", Map.of(), clock.instant().plus(life));
  }

  @Override
  public long uploadMax() {
    return 1_000_000;
  }

  @Override
  public void close() {}
}
