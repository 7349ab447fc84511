package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.ContentError.Type;
import io.muster.actors.telemetry.Reports.Kept;
import io.muster.actors.telemetry.Statistics.By;
import io.muster.actors.telemetry.Statistics.Daily;
import io.muster.actors.telemetry.Statistics.Days;
import io.muster.support.MemoryTelemetry;
import io.muster.support.Postgres;
import io.muster.support.SampleReports;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * Screens go on reporting while the database is away, and two nodes while others write the same.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReportsOutageIT {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00Z");
  private static final LocalDate DAY = LocalDate.parse("2026-03-01");
  private static final ReportSettings SETTINGS =
      new ReportSettings(10_000, 16 << 20, 50, Duration.ofMillis(20), Duration.ofMillis(300), 90);
  private static final SampleReports TV =
      new SampleReports(new DeviceId("tv-1"), new OrgId("acme"));

  private Postgres.Fresh fresh;
  private Database database;

  @BeforeEach
  void open() {
    fresh = Postgres.shared().database();
    database = Database.open(PersistenceSettings.of(Optional.of(fresh.url()), Path.of("unused")));
  }

  @AfterEach
  void close() {
    database.close();
    fresh.close();
  }

  private SqlReports node() {
    return new SqlReports(database, SETTINGS, List.of(), new MemoryTelemetry());
  }

  private Daily total() {
    return await(
            new SqlStatistics(database)
                .daily(TV.org(), new Days(DAY, DAY), By.ORGANIZATION, 10, Optional.empty()))
        .items()
        .getFirst();
  }

  @Test
  void nothing_is_lost_or_counted_twice_while_the_server_is_gone() {
    story(Postgres.shared()::stop);
  }

  @Test
  void nothing_is_lost_or_counted_twice_while_the_server_hangs() {
    story(Postgres.shared()::pause);
  }

  private void story(Supplier<Postgres.Outage> trouble) {
    assumeTrue(Postgres.shared().canBeStopped(), "an external server is not stopped");
    try (var reports = node()) {
      var kept = new ArrayList<CompletableFuture<Kept>>();
      report(reports, kept, 0, 300); // some of them are cut off in the middle of a batch
      try (var outage = trouble.get()) {
        report(reports, kept, 300, 600);
        LockSupport.parkNanos(Duration.ofMillis(1_500).toNanos());
        assertTrue(kept.subList(300, 600).stream().noneMatch(CompletableFuture::isDone));
      }
      report(reports, kept, 600, 700);
      // What was committed when the line was cut is found when it is written again.
      kept.forEach(one -> assertTrue(await(one) != Kept.SPOILED));
      eventually("the total", () -> total().plays() == 700);
      assertEquals(new Daily(DAY, "acme", 0, 700, 7_000, 70_000, 700), total());
    }
  }

  private static void report(
      SqlReports reports, List<CompletableFuture<Kept>> kept, int from, int to) {
    IntStream.range(from, to)
        .mapToObj(i -> TV.end("c", 10, 100, T.plusMillis(i)))
        .map(reports::keep)
        .forEach(stage -> kept.add(stage.toCompletableFuture()));
  }

  @Test
  void two_nodes_that_are_told_the_same_count_it_once() {
    try (var one = node();
        var other = node()) {
      var kept = new ArrayList<CompletableFuture<Kept>>();
      for (int i = 0; i < 500; i++) {
        var report = TV.end("c" + i % 7, 10, 100, T.plusMillis(i));
        kept.add(one.keep(report).toCompletableFuture());
        kept.add(other.keep(report).toCompletableFuture());
        var error = TV.error(Type.TIMEOUT, "c", T.plusMillis(i));
        one.keep(error);
        other.keep(error);
      }
      kept.forEach(k -> assertTrue(await(k) != Kept.SPOILED));
      assertEquals(500, kept.stream().filter(k -> await(k) == Kept.STORED).count());
      assertEquals(new Daily(DAY, "acme", 0, 500, 5_000, 50_000, 500), total());
    }
  }
}
