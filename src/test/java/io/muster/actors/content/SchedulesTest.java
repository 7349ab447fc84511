package io.muster.actors.content;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SchedulesTest {
  private static final Instant LONG_AGO = Instant.parse("2025-01-01T00:00:00Z");
  private static final Set<Integer> EVERY_DAY = Set.of(0, 1, 2, 3, 4, 5, 6);
  private static final int SUNDAY = 0;
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static Schedule schedule(String id, Integer start, Integer end, Set<Integer> days) {
    return new Schedule(
        id,
        "p-" + id,
        0,
        LONG_AGO,
        Optional.empty(),
        Optional.ofNullable(start),
        Optional.ofNullable(end),
        days,
        LONG_AGO);
  }

  private static Schedule ranked(String id, int priority, Instant updatedAt) {
    return new Schedule(
        id,
        "p-" + id,
        priority,
        LONG_AGO,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        EVERY_DAY,
        updatedAt);
  }

  private static Optional<String> at(String moment, ZoneId zone, Schedule... schedules) {
    return new Schedules(List.of(schedules), zone).at(Instant.parse(moment)).map(Schedule::id);
  }

  private static final ZoneId UTC = ZoneId.of("UTC");

  @Nested
  class The_hours {
    private final Schedule morning = schedule("a", 8 * 60, 12 * 60, EVERY_DAY);

    @Test
    void begin_with_their_first_minute_and_end_before_their_last() {
      assertEquals(Optional.empty(), at("2026-03-02T07:59:59Z", UTC, morning));
      assertEquals(Optional.of("a"), at("2026-03-02T08:00:00Z", UTC, morning));
      assertEquals(Optional.of("a"), at("2026-03-02T11:59:59Z", UTC, morning));
      assertEquals(Optional.empty(), at("2026-03-02T12:00:00Z", UTC, morning));
    }

    @Test
    void are_those_of_the_clock_on_the_devices_wall() {
      assertEquals(Optional.of("a"), at("2026-03-02T07:00:00Z", BERLIN, morning));
      assertEquals(Optional.of("a"), at("2026-07-02T06:00:00Z", BERLIN, morning));
      assertEquals(Optional.empty(), at("2026-07-02T10:00:00Z", BERLIN, morning));
    }

    @Test
    void of_a_start_after_the_end_run_past_midnight_of_the_day_they_began() {
      var night = schedule("n", 22 * 60, 6 * 60, Set.of(SUNDAY));
      assertEquals(Optional.empty(), at("2026-03-01T05:00:00Z", UTC, night));
      assertEquals(Optional.of("n"), at("2026-03-01T22:00:00Z", UTC, night));
      assertEquals(Optional.of("n"), at("2026-03-02T05:59:00Z", UTC, night));
      assertEquals(Optional.empty(), at("2026-03-02T06:00:00Z", UTC, night));
      assertEquals(Optional.empty(), at("2026-03-02T22:00:00Z", UTC, night));
    }

    @Test
    void are_the_whole_day_when_one_is_missing_or_both_are_the_same() {
      for (var whole :
          List.of(
              schedule("w", null, 60, Set.of(SUNDAY)),
              schedule("w", 60, null, Set.of(SUNDAY)),
              schedule("w", 60, 60, Set.of(SUNDAY)))) {
        assertEquals(Optional.of("w"), at("2026-03-01T00:00:00Z", UTC, whole));
        assertEquals(Optional.of("w"), at("2026-03-01T23:59:00Z", UTC, whole));
        assertEquals(Optional.empty(), at("2026-03-02T00:00:00Z", UTC, whole));
      }
    }

    @Test
    void on_no_day_are_never() {
      assertEquals(
          Optional.empty(), at("2026-03-01T00:00:00Z", UTC, schedule("x", null, null, Set.of())));
    }
  }

  @Nested
  class The_dates {
    @Test
    void both_belong_to_it() {
      var march =
          new Schedule(
              "m",
              "p",
              0,
              Instant.parse("2026-03-01T00:00:00Z"),
              Optional.of(Instant.parse("2026-03-31T00:00:00Z")),
              Optional.empty(),
              Optional.empty(),
              EVERY_DAY,
              LONG_AGO);
      assertEquals(Optional.empty(), at("2026-02-28T23:59:59.999Z", UTC, march));
      assertEquals(Optional.of("m"), at("2026-03-01T00:00:00Z", UTC, march));
      assertEquals(Optional.of("m"), at("2026-03-31T00:00:00Z", UTC, march));
      assertEquals(Optional.empty(), at("2026-03-31T00:00:00.001Z", UTC, march));
    }
  }

  @Nested
  class Of_several {
    @Test
    void the_highest_priority_that_is_active_goes_first() {
      var low = ranked("low", 1, LONG_AGO);
      var high = ranked("high", 2, LONG_AGO);
      assertEquals(Optional.of("high"), at("2026-03-01T00:00:00Z", UTC, low, high));
      var inactive = schedule("x", 600, 660, EVERY_DAY);
      assertEquals(Optional.of("low"), at("2026-03-01T00:00:00Z", UTC, inactive, low));
    }

    @Test
    void with_the_same_priority_the_one_that_was_changed_last_goes_first_and_then_the_smaller_id() {
      var older = ranked("a", 1, LONG_AGO);
      var newer = ranked("b", 1, LONG_AGO.plusMillis(1));
      assertEquals(Optional.of("b"), at("2026-03-01T00:00:00Z", UTC, older, newer));
      assertEquals(
          Optional.of("a"), at("2026-03-01T00:00:00Z", UTC, ranked("c", 1, LONG_AGO), older));
    }
  }

  @Nested
  class The_clock_is_set {
    private Optional<Instant> until(String moment, ZoneId zone, Schedule... schedules) {
      return new Schedules(List.of(schedules), zone).until(Instant.parse(moment));
    }

    @Test
    void for_the_end_of_what_is_on_and_for_the_start_of_what_comes() {
      var morning = schedule("a", 8 * 60, 12 * 60, EVERY_DAY);
      assertEquals(
          Optional.of(Instant.parse("2026-03-02T12:00:00Z")),
          until("2026-03-02T08:30:15.5Z", UTC, morning));
      assertEquals(
          Optional.of(Instant.parse("2026-03-03T08:00:00Z")),
          until("2026-03-02T12:00:00Z", UTC, morning));
    }

    @Test
    void for_the_hour_that_does_not_exist_when_the_clock_jumps_over_it() {
      var lost = schedule("a", 2 * 60 + 30, 5 * 60, EVERY_DAY);
      assertEquals(
          Optional.of(Instant.parse("2026-03-29T01:00:00Z")),
          until("2026-03-29T00:30:00Z", BERLIN, lost));
    }

    @Test
    void a_day_ahead_at_most() {
      assertEquals(
          Optional.of(Instant.parse("2026-03-03T00:00:00Z")),
          until("2026-03-02T00:00:00Z", UTC, schedule("a", null, null, EVERY_DAY)));
      assertEquals(Duration.ofDays(1), Schedules.HORIZON);
    }

    @Test
    void for_nothing_when_nothing_is_scheduled() {
      assertEquals(Optional.empty(), until("2026-03-02T00:00:00Z", UTC));
    }
  }
}
