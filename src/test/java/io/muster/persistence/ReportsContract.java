package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.ContentError.Type;
import io.muster.actors.telemetry.Report;
import io.muster.actors.telemetry.Reports.Kept;
import io.muster.actors.telemetry.Statistics.By;
import io.muster.actors.telemetry.Statistics.Daily;
import io.muster.actors.telemetry.Statistics.Days;
import io.muster.support.SampleReports;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is reported is kept once and added up by UTC day. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class ReportsContract {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00Z");
  private static final LocalDate DAY = LocalDate.parse("2026-03-01");
  private static int orgs;

  private SampleReports tv;
  private OrgId org;

  abstract Ports ports();

  @BeforeEach
  void an_organisation() {
    org = new OrgId("reports-" + orgs++);
    tv = screen("tv");
  }

  private SampleReports screen(String name) {
    return new SampleReports(new DeviceId(org + "-" + name), org);
  }

  private List<Kept> keep(Report... reports) {
    return Stream.of(reports).map(ports().reports()::keep).toList().stream()
        .map(kept -> await(kept))
        .toList();
  }

  private List<Daily> days(LocalDate from, LocalDate to, By by) {
    return await(ports().statistics().daily(org, new Days(from, to), by, 100, Optional.empty()))
        .items();
  }

  private Daily total() {
    return days(DAY, DAY, By.ORGANIZATION).getFirst();
  }

  // ── impressions ──

  @Test
  void a_start_and_an_end_make_one_play() {
    keep(tv.start("movie", T), tv.end("movie", 30, 100, T.plusSeconds(30)));
    assertEquals(new Daily(DAY, org.value(), 1, 1, 30, 100, 1), total());
  }

  @Test
  void what_is_told_again_counts_once_however_often_and_at_once() {
    var end = tv.end("movie", 30, 100, T);
    assertEquals(List.of(Kept.STORED, Kept.REPEATED), keep(end, end));
    assertEquals(List.of(Kept.REPEATED), keep(end));
    assertEquals(1, total().plays());
  }

  @Test
  void start_and_end_of_the_same_moment_are_two() {
    keep(tv.start("movie", T), tv.end("movie", 0, 0, T));
    assertEquals(new Daily(DAY, org.value(), 1, 1, 0, 0, 1), total());
  }

  @Test
  void a_duration_of_zero_and_a_completion_of_zero_are_values() {
    keep(tv.end("a", 0, 0, T), tv.end("a", 10, 100, T.plusSeconds(1)));
    assertEquals(50, total().completion().orElseThrow());
  }

  @Test
  void one_report_adds_to_its_device_its_content_and_its_organisation() {
    keep(tv.end("movie", 30, 100, T));
    keep(screen("other").end("movie", 10, 50, T));
    assertEquals(
        List.of(
            new Daily(DAY, org + "-other", 0, 1, 10, 50, 1),
            new Daily(DAY, org + "-tv", 0, 1, 30, 100, 1)),
        days(DAY, DAY, By.DEVICE));
    assertEquals(List.of(new Daily(DAY, "movie", 0, 2, 40, 150, 2)), days(DAY, DAY, By.CONTENT));
    assertEquals(75, total().completion().orElseThrow());
  }

  @Test
  void a_day_is_one_of_utc_by_the_clock_of_the_device() {
    keep(tv.start("a", Instant.parse("2026-03-01T23:59:59.999Z")));
    keep(tv.start("a", Instant.parse("2026-03-02T00:00:00Z")));
    assertEquals(
        List.of(DAY, DAY.plusDays(1)),
        days(DAY, DAY.plusDays(1), By.CONTENT).stream().map(Daily::day).toList());
  }

  @Test
  void organisations_do_not_see_each_other() {
    keep(tv.start("a", T));
    var other = new OrgId(org + "x");
    assertEquals(
        List.of(),
        await(
                ports()
                    .statistics()
                    .daily(other, new Days(DAY, DAY), By.DEVICE, 10, Optional.empty()))
            .items());
  }

  @Test
  void pages_follow_each_other_without_a_gap() {
    for (int i = 0; i < 5; i++) {
      keep(tv.start("c" + i, T), tv.start("c" + i, T.plus(Duration.ofDays(1))));
    }
    var all = new ArrayList<Daily>();
    var token = Optional.<String>empty();
    do {
      var page =
          await(
              ports()
                  .statistics()
                  .daily(org, new Days(DAY, DAY.plusDays(1)), By.CONTENT, 3, token));
      all.addAll(page.items());
      token = page.next();
    } while (token.isPresent());
    assertEquals(days(DAY, DAY.plusDays(1), By.CONTENT), all);
    assertEquals(10, all.size());
  }

  @Test
  void a_token_that_no_page_has_given_is_refused() {
    for (var token : List.of("", "x", "MTpub3BsYWNl")) {
      var page =
          ports().statistics().daily(org, new Days(DAY, DAY), By.DEVICE, 10, Optional.of(token));
      assertThrows(IllegalArgumentException.class, () -> await(page));
    }
  }

  @Test
  void texts_that_no_store_can_hold_spoil_nothing() {
    assertEquals(
        List.of(Kept.STORED, Kept.STORED),
        keep(tv.start("a\0\uD800", T), tv.error(Type.TIMEOUT, "b\0", T)));
  }

  // ── errors ──

  @Test
  void the_last_errors_of_a_device_come_newest_first() {
    for (int i = 0; i < 12; i++) {
      keep(tv.error(Type.LOAD_FAILED, "c" + i, T.plusSeconds(i)));
    }
    var last = await(ports().statistics().errors(org, tv.device(), T.minusSeconds(1), 10));
    assertEquals(10, last.size());
    assertEquals(tv.error(Type.LOAD_FAILED, "c11", T.plusSeconds(11)), last.getFirst());
  }

  @Test
  void errors_that_are_too_old_of_others_or_of_other_organisations_are_not_shown() {
    keep(tv.error(Type.TIMEOUT, "c", T), screen("other").error(Type.TIMEOUT, "c", T));
    assertEquals(List.of(), errors(org, T.plusSeconds(1)));
    assertEquals(List.of(), errors(new OrgId(org + "x"), T.minusSeconds(1)));
    assertEquals(1, errors(org, T.minusSeconds(1)).size());
  }

  private List<ContentError> errors(OrgId of, Instant after) {
    return await(ports().statistics().errors(of, tv.device(), after, 10));
  }
}
