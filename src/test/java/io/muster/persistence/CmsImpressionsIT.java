package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Reports.Kept;
import io.muster.support.MemoryTelemetry;
import io.muster.support.Postgres;
import io.muster.support.SampleReports;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The back end's own table of impressions, with its foreign keys. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CmsImpressionsIT {
  private static final Instant T = Instant.parse("2026-03-01T23:30:00Z");
  private static final SampleReports TV =
      new SampleReports(new DeviceId("tv-1"), new OrgId("acme"));

  private static final String TABLES =
      """
      create table public.organizations (id text primary key);
      create table public.devices (
        id text primary key, "organizationId" text not null references public.organizations);
      create table public."Content" (
        id text primary key, "organizationId" text not null references public.organizations);
      create table public."Playlist" (
        id text primary key, "organizationId" text not null references public.organizations);
      create table public.content_impressions (
        id text primary key,
        "organizationId" text not null references public.organizations,
        "contentId" text not null references public."Content",
        "displayId" text not null references public.devices,
        "playlistId" text references public."Playlist",
        duration integer, "completionPercentage" integer,
        "timestamp" timestamp(3) not null default current_timestamp,
        date date not null, hour integer not null);
      insert into public.organizations values ('acme'), ('other');
      insert into public.devices values ('tv-1', 'acme');
      insert into public."Content" values ('movie', 'acme'), ('late', 'acme'), ('theirs', 'other');
      insert into public."Playlist" values ('morning', 'acme');
      """;

  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private Postgres.Fresh fresh;
  private Database database;
  private SqlReports reports;

  @BeforeEach
  void open() {
    fresh = Postgres.shared().database();
    database = Database.open(PersistenceSettings.of(Optional.of(fresh.url()), Path.of("unused")));
    run(TABLES);
    var settings =
        new ReportSettings(1_000, 1 << 20, 100, Duration.ofMillis(50), Duration.ofMillis(50), 90);
    reports = new SqlReports(database, settings, List.of(new CmsImpressions()), telemetry);
  }

  @AfterEach
  void close() {
    reports.close();
    database.close();
    fresh.close();
  }

  private void run(String sql) {
    await(
        database.query(
            c -> {
              try (var statement = c.createStatement()) {
                return statement.execute(sql);
              }
            }));
  }

  private List<String> rows() {
    return await(
        database.query(
            c -> {
              var rows = new ArrayList<String>();
              try (var statement = c.createStatement();
                  var found =
                      statement.executeQuery(
                          """
                          select concat_ws(' ', "organizationId", "contentId", "displayId",
                            coalesce("playlistId", '-'), coalesce(duration::text, '-'),
                            coalesce("completionPercentage"::text, '-'), "timestamp", date, hour)
                          from public.content_impressions order by "timestamp\"""")) {
                while (found.next()) {
                  rows.add(found.getString(1));
                }
              }
              return rows;
            }));
  }

  private void keep(Impression... impressions) {
    List.of(impressions).stream()
        .map(reports::keep)
        .toList()
        .forEach(kept -> assertTrue(await(kept) != Kept.SPOILED));
  }

  @Test
  void rule_76_rows_have_day_and_hour_of_utc_and_zero_is_zero() {
    keep(TV.start("movie", T), TV.end("movie", 0, 0, T.plusSeconds(1)));
    assertEquals(
        List.of(
            "acme movie tv-1 morning - - 2026-03-01 23:30:00 2026-03-01 23",
            "acme movie tv-1 morning 0 0 2026-03-01 23:30:01 2026-03-01 23"),
        rows());
  }

  @Test
  void rows_of_other_tables_are_found_by_their_keys() {
    var plan =
        await(
            database.transaction(
                c -> {
                  try (var cheap = c.createStatement()) {
                    cheap.execute("set local enable_seqscan = off");
                  }
                  var lines = new ArrayList<String>();
                  try (var explain = c.prepareStatement("explain " + CmsImpressions.INSERT)) {
                    CmsImpressions.bind(explain, c, List.of(TV.start("movie", T)));
                    try (var found = explain.executeQuery()) {
                      while (found.next()) {
                        lines.add(found.getString(1));
                      }
                    }
                  }
                  return lines;
                }));
    var conditions = plan.stream().filter(line -> line.contains("Index Cond")).toList();
    assertEquals(3, conditions.size(), plan::toString);
  }

  @Test
  void what_is_told_again_is_one_row() {
    keep(TV.start("movie", T), TV.start("movie", T));
    keep(TV.start("movie", T));
    assertEquals(1, rows().size());
  }

  @Test
  void unknown_content_or_that_of_others_is_left_out_and_counted_and_the_rest_is_there() {
    keep(TV.start("movie", T), TV.start("nothing", T), TV.start("theirs", T));
    assertEquals(1, rows().size());
    assertEquals(
        2,
        telemetry.counted().stream()
            .filter(c -> c.startsWith("IMPRESSION UNLISTED: "))
            .mapToInt(c -> Integer.parseInt(c.substring(21)))
            .sum());
  }

  @Test
  void a_row_that_a_constraint_refuses_does_not_take_others_with_it() {
    run(
        "alter table public.content_impressions add constraint odd check (\"contentId\" <> 'late')");
    keep(TV.start("movie", T), TV.start("late", T), TV.start("movie", T.plusSeconds(1)));
    assertEquals(2, rows().size());
    assertTrue(telemetry.counted().contains("IMPRESSION UNLISTED: 1"));
  }

  @Test
  void a_table_that_is_not_there_does_not_keep_ours_from_growing() {
    run("drop table public.content_impressions");
    keep(TV.start("movie", T));
    assertTrue(telemetry.counted().contains("IMPRESSION STORED: 1"));
  }
}
