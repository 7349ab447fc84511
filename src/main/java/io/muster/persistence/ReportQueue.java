package io.muster.persistence;

import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Report;
import io.muster.actors.telemetry.Reports.Kept;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reports that wait to be written, in order, bounded by number and by memory. What has been taken
 * out counts until it is {@link #release released}: it may have to be written again.
 */
final class ReportQueue {
  // What a waiting report takes beside its texts, with its promise and its places in line; measured
  // generously.
  private static final int BYTES_EACH = 350;

  /** One that waits. */
  record Waiting(Report report, int bytes, CompletableFuture<Kept> kept) {}

  private final int countMax;
  private final long bytesMax;
  private final LinkedBlockingQueue<Waiting> line = new LinkedBlockingQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  ReportQueue(int countMax, long bytesMax) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
  }

  /** Empty when it is full. Never blocks. */
  Optional<CompletableFuture<Kept>> offer(Report report) {
    var waiting = new Waiting(report, bytesOf(report), new CompletableFuture<>());
    int others = count.getAndIncrement();
    long before = bytes.getAndAdd(waiting.bytes());
    if (others >= countMax || before + waiting.bytes() > bytesMax) {
      release(waiting);
      return Optional.empty();
    }
    line.add(waiting);
    return Optional.of(waiting.kept());
  }

  /**
   * Waits for the first until the patience is over, and then for others while they may linger.
   *
   * @return in order, at most {@code max}; none when nothing came
   */
  List<Waiting> take(int max, Duration patience, Duration linger) throws InterruptedException {
    var taken = new ArrayList<Waiting>();
    var first = line.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    if (first == null) {
      return taken;
    }
    taken.add(first);
    long until = System.nanoTime() + linger.toNanos();
    line.drainTo(taken, max - taken.size());
    while (taken.size() < max) {
      var next = line.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        break;
      }
      taken.add(next);
      line.drainTo(taken, max - taken.size());
    }
    return taken;
  }

  void release(Waiting settled) {
    count.decrementAndGet();
    bytes.addAndGet(-settled.bytes());
  }

  int count() {
    return count.get();
  }

  private static int bytesOf(Report report) {
    int chars =
        report.content().length()
            + switch (report) {
              case Impression i -> length(i.playlist());
              case ContentError e -> length(e.playlist()) + length(e.message()) + length(e.code());
            };
    return BYTES_EACH + 2 * chars;
  }

  private static int length(Optional<String> text) {
    return text.map(String::length).orElse(0);
  }
}
