package io.muster.persistence;

import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.Fate;
import io.muster.actors.Telemetry.Kind;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Report;
import io.muster.actors.telemetry.Reports;
import io.muster.persistence.ReportQueue.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports in tables, written in batches by one thread. While the database is away they wait, and
 * the same batch is tried again for ever; beyond a bound new ones are refused, and none that was
 * taken is dropped. A row that can never be written is found by halving and given up alone.
 */
public final class SqlReports implements Reports, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SqlReports.class);

  private static final Duration BACKOFF = Duration.ofMillis(100);

  // How late an idle writer may notice that it has to end.
  private static final Duration IDLE = Duration.ofMillis(100);

  // Two nodes that write the same rows pass each other soon.
  private static final int RACES_MAX = 10;

  private final ReportSettings settings;
  private final ReportTables tables;
  private final Telemetry telemetry;
  private final ReportQueue queue;
  private final Thread writer;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile long endsAt;
  private boolean isAway;

  /**
   * @param sinks where impressions go besides their own table, in the same transaction
   */
  public SqlReports(
      Database database, ReportSettings settings, List<ImpressionSink> sinks, Telemetry telemetry) {
    this.settings = settings;
    this.tables = new ReportTables(database, sinks);
    this.telemetry = telemetry;
    this.queue = new ReportQueue(settings.waitingMax(), settings.waitingBytesMax());
    this.writer = Thread.ofPlatform().daemon().name("muster-reports").start(this::write);
  }

  @Override
  public CompletionStage<Kept> keep(Report report) {
    if (isClosing()) {
      return refused(report, "this node is leaving");
    }
    return queue
        .offer(report)
        .<CompletionStage<Kept>>map(kept -> kept)
        .orElseGet(() -> refused(report, "too many reports are waiting"));
  }

  private CompletionStage<Kept> refused(Report report, String why) {
    telemetry.reports(kind(report), Fate.REFUSED, 1);
    return CompletableFuture.failedFuture(new Overloaded(why));
  }

  private static Kind kind(Report report) {
    return switch (report) {
      case Impression _ -> Kind.IMPRESSION;
      case ContentError _ -> Kind.CONTENT_ERROR;
    };
  }

  // ── on the writer's thread ──

  private void write() {
    try {
      while (true) {
        telemetry.reportsWaiting(queue.count());
        var linger = isClosing() ? Duration.ZERO : settings.linger();
        var batch = queue.take(settings.batchMax(), isClosing() ? Duration.ZERO : IDLE, linger);
        if (!batch.isEmpty()) {
          settle(batch);
        } else if (isClosing()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void settle(List<Waiting> batch) throws InterruptedException {
    var backoff = BACKOFF;
    int races = 0;
    while (true) {
      try {
        var written = tables.write(batch.stream().map(Waiting::report).toList());
        isBack();
        settled(batch, written);
        return;
      } catch (Exception e) {
        switch (Trouble.of(e)) {
          case ROW -> {
            isolate(batch, e);
            return;
          }
          case RACE -> {
            races++;
            if (races > RACES_MAX) {
              isolate(batch, e);
              return;
            }
          }
          case AWAY -> {
            isAway(e);
            if (isOverAfter(backoff)) {
              batch.forEach(waiting -> lose(waiting));
              return;
            }
            backoff = min(backoff.multipliedBy(2), settings.backoffMax());
          }
        }
      }
    }
  }

  private void isolate(List<Waiting> batch, Exception failure) throws InterruptedException {
    int half = batch.size() / 2;
    if (half > 0) {
      settle(batch.subList(0, half));
      settle(batch.subList(half, batch.size()));
      return;
    }
    log.warn("A report can never be stored and was dropped: {}", failure.toString());
    var spoiled = batch.getFirst();
    telemetry.reports(kind(spoiled.report()), Fate.SPOILED, 1);
    settled(spoiled, Kept.SPOILED);
  }

  private void settled(List<Waiting> batch, ReportTables.Written written) {
    for (Kind kind : Kind.values()) {
      count(kind, Fate.STORED, written.count(kind(kind), Kept.STORED));
      count(kind, Fate.REPEATED, written.count(kind(kind), Kept.REPEATED));
    }
    count(Kind.IMPRESSION, Fate.UNLISTED, written.unlisted());
    for (int i = 0; i < batch.size(); i++) {
      settled(batch.get(i), written.kept().get(i));
    }
  }

  private static Class<? extends Report> kind(Kind kind) {
    return switch (kind) {
      case IMPRESSION -> Impression.class;
      case CONTENT_ERROR -> ContentError.class;
    };
  }

  private void count(Kind kind, Fate fate, int count) {
    if (count > 0) {
      telemetry.reports(kind, fate, count);
    }
  }

  private void settled(Waiting one, Kept how) {
    queue.release(one);
    one.kept().complete(how);
  }

  private void lose(Waiting one) {
    telemetry.reports(kind(one.report()), Fate.LOST, 1);
    queue.release(one);
    one.kept().completeExceptionally(new Overloaded("this node had to end before it was stored"));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private void isAway(Exception failure) {
    telemetry.reportsWaiting(queue.count());
    if (!isAway) {
      isAway = true;
      log.warn("Reports of devices cannot be stored just now; they wait: {}", failure.toString());
    }
  }

  private void isBack() {
    if (isAway) {
      isAway = false;
      log.info("Reports of devices are stored again; {} have been waiting", queue.count());
    }
  }

  // ── the end ──

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Waits between two attempts. Whether there is no time for another. */
  private boolean isOverAfter(Duration pause) throws InterruptedException {
    if (closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
      Thread.sleep(min(pause, IDLE));
      return System.nanoTime() - endsAt > 0;
    }
    return false;
  }

  /**
   * Takes no more, and writes what is waiting as long as there is time; what is left then is lost,
   * and said so. Blocks.
   */
  public void close(Duration patience) {
    endsAt = System.nanoTime() + patience.toNanos();
    closing.countDown();
    try {
      writer.join(patience.plus(IDLE.multipliedBy(3)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (queue.count() > 0) {
      log.error("{} reports of devices could not be stored before the end", queue.count());
    }
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(1));
  }
}
