package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Reports.Kept;
import io.muster.actors.telemetry.Reports.Overloaded;
import io.muster.actors.telemetry.Statistics.By;
import io.muster.actors.telemetry.Statistics.Days;
import io.muster.support.MemoryTelemetry;
import io.muster.support.SampleReports;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a batch when something is wrong with it, or with the store. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SqlReportsTest {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00Z");
  private static final LocalDate DAY = LocalDate.parse("2026-03-01");
  private static final ReportSettings SETTINGS = settings(1_000, Duration.ofMillis(50));
  private static int orgs;

  @TempDir static Path dir;
  private static Database database;

  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private SampleReports tv;

  private static ReportSettings settings(int waitingMax, Duration linger) {
    return new ReportSettings(waitingMax, 1 << 20, 100, linger, Duration.ofMillis(50), 90);
  }

  @BeforeAll
  static void open() {
    database = Database.open(PersistenceSettings.of(Optional.empty(), dir));
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void an_organisation() {
    var org = new OrgId("org-" + orgs++);
    tv = new SampleReports(new DeviceId(org + "-tv"), org);
  }

  private SqlReports with(ReportSettings settings, ImpressionSink sink) {
    return new SqlReports(database, settings, List.of(sink), telemetry);
  }

  private long plays() {
    return await(
            new SqlStatistics(database)
                .daily(tv.org(), new Days(DAY, DAY), By.ORGANIZATION, 10, Optional.empty()))
        .items()
        .stream()
        .mapToLong(d -> d.plays())
        .sum();
  }

  /** The store is away so many times. */
  private static ImpressionSink awayFor(AtomicInteger times) {
    return (_, _) -> {
      if (times.getAndDecrement() > 0) {
        throw new SQLException("gone", "08006");
      }
      return 0;
    };
  }

  private static int poisoned(Connection c, List<Impression> batch) throws SQLException {
    if (batch.stream().anyMatch(i -> i.content().equals("poison"))) {
      throw new SQLException("no such value", "22003");
    }
    return 0;
  }

  @Test
  void rule_69_one_bad_row_does_not_block_its_batch() {
    try (var reports = with(SETTINGS, SqlReportsTest::poisoned)) {
      var kept =
          IntStream.range(0, 20)
              .mapToObj(i -> tv.end(i == 7 ? "poison" : "c" + i, 1, 100, T))
              .map(reports::keep)
              .toList();
      for (int i = 0; i < 20; i++) {
        assertEquals(i == 7 ? Kept.SPOILED : Kept.STORED, await(kept.get(i)));
      }
    }
    assertEquals(19, plays());
    assertTrue(telemetry.counted().contains("IMPRESSION SPOILED: 1"));
  }

  @Test
  void a_batch_is_tried_until_the_store_is_back() {
    try (var reports = with(SETTINGS, awayFor(new AtomicInteger(4)))) {
      assertEquals(Kept.STORED, await(reports.keep(tv.end("c", 1, 100, T))));
    }
    assertEquals(1, plays());
  }

  @Test
  void beyond_the_bound_new_ones_are_refused_and_those_that_wait_are_kept() {
    var away = new AtomicInteger(Integer.MAX_VALUE);
    try (var reports = with(settings(10, Duration.ofMillis(1)), awayFor(away))) {
      var kept =
          IntStream.range(0, 10).mapToObj(i -> reports.keep(tv.end("c" + i, 1, 1, T))).toList();
      assertThrows(Overloaded.class, () -> await(reports.keep(tv.end("c10", 1, 1, T))));
      away.set(0);
      kept.forEach(one -> assertEquals(Kept.STORED, await(one)));
      assertEquals(Kept.STORED, await(reports.keep(tv.end("c10", 1, 1, T))));
    }
    assertTrue(telemetry.counted().contains("IMPRESSION REFUSED: 1"));
    assertEquals(11, plays());
  }

  @Test
  void what_waits_is_written_before_the_end() {
    CompletionStage<Kept> kept;
    try (var reports = with(settings(10, Duration.ofSeconds(10)), (_, _) -> 0)) {
      kept = reports.keep(tv.end("c", 1, 1, T));
      reports.close(Duration.ofSeconds(10));
      assertThrows(Overloaded.class, () -> await(reports.keep(tv.end("d", 1, 1, T))));
    }
    assertEquals(Kept.STORED, await(kept));
  }

  @Test
  void an_end_while_the_store_is_away_is_told_to_those_who_wait() {
    CompletionStage<Kept> kept;
    var away = awayFor(new AtomicInteger(Integer.MAX_VALUE));
    try (var reports = with(SETTINGS, away)) {
      kept = reports.keep(tv.end("c", 1, 1, T));
      reports.close(Duration.ofMillis(100));
    }
    assertThrows(Overloaded.class, () -> await(kept));
    assertTrue(telemetry.counted().contains("IMPRESSION LOST: 1"));
  }

  @Test
  void what_another_sink_has_no_place_for_is_counted() {
    try (var reports = with(SETTINGS, (_, batch) -> batch.size())) {
      await(reports.keep(tv.end("c", 1, 1, T)));
    }
    assertTrue(telemetry.counted().contains("IMPRESSION UNLISTED: 1"));
    assertTrue(telemetry.counted().contains("IMPRESSION STORED: 1"));
  }

  @Test
  void old_reports_go_and_what_they_add_up_to_stays() {
    try (var reports = with(SETTINGS, (_, _) -> 0)) {
      await(reports.keep(tv.end("c", 1, 1, T)));
      assertEquals(Kept.REPEATED, await(reports.keep(tv.end("c", 1, 1, T))));
      purgeOn(T.plus(Duration.ofDays(90)));
      assertEquals(Kept.REPEATED, await(reports.keep(tv.end("c", 1, 1, T))));
      assertEquals(1, plays());
      purgeOn(T.plus(Duration.ofDays(91)));
      // The row is not there any more, for the report is new again.
      assertEquals(Kept.STORED, await(reports.keep(tv.end("c", 1, 1, T))));
    }
    assertFalse(plays() < 1);
  }

  private static void purgeOn(Instant day) {
    await(new ReportPurge(database, 90, Clock.fixed(day, ZoneOffset.UTC)).once());
  }
}
