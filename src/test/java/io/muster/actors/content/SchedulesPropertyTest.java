package io.muster.actors.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * Random schedules around the days on which clocks are put forward and back, against a calendar in
 * which every minute of the week is ticked off by hand. {@code -Dseed=N} repeats one case.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SchedulesPropertyTest {
  private static final int CASES = Integer.getInteger("cases", 250);
  private static final int DAYS = 4;

  /** The middle of what is looked at, and where the clock on the wall jumps near it. */
  private record Place(String zone, String moment) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("UTC", "2026-03-01T00:00:00Z"),
          new Place("Europe/Berlin", "2026-03-29T01:00:00Z"),
          new Place("Europe/Berlin", "2026-10-25T01:00:00Z"),
          new Place("America/New_York", "2026-03-08T07:00:00Z"),
          new Place("America/New_York", "2026-11-01T06:00:00Z"),
          new Place("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
          new Place("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
          // Puts its clock from midnight back to the day before.
          new Place("America/Asuncion", "2023-03-26T03:00:00Z"),
          // Left out a whole day.
          new Place("Pacific/Apia", "2011-12-30T10:00:00Z"));

  private record Case(long seed, ZoneId zone, Instant from, List<Schedule> schedules) {
    Instant minute(int number) {
      return from.plus(Duration.ofMinutes(number));
    }
  }

  private static final int MINUTES = DAYS * 24 * 60;

  @Test
  void at_every_minute_the_calendar_and_the_resolver_name_the_same() {
    forAll(
        one -> {
          var resolver = new Schedules(one.schedules(), one.zone());
          for (int i = 0; i < MINUTES; i++) {
            var now = one.minute(i);
            assertEquals(
                oracle(one, now), resolver.at(now).map(Schedule::id), () -> one + "\n" + now);
          }
        });
  }

  @Test
  void the_clock_is_never_set_later_than_the_first_minute_that_differs() {
    forAll(
        one -> {
          var resolver = new Schedules(one.schedules(), one.zone());
          var answers = new ArrayList<Optional<String>>();
          for (int i = 0; i < MINUTES; i++) {
            answers.add(oracle(one, one.minute(i)));
          }
          for (int i = 0; i < MINUTES; i += 37) {
            var now = one.minute(i);
            int next = i;
            while (next < MINUTES && answers.get(next).equals(answers.get(i))) {
              next++;
            }
            if (next < MINUTES && !one.schedules().isEmpty()) {
              var until = resolver.until(now).orElseThrow();
              var first = one.minute(next);
              assertTrue(
                  until.isAfter(now) && !until.isAfter(first),
                  () -> "%s%nat %s until %s, but %s".formatted(one, now, until, first));
            }
          }
        });
  }

  @Test
  void and_never_for_nothing_within_a_day() {
    forAll(
        one -> {
          var resolver = new Schedules(one.schedules(), one.zone());
          for (int i = 0; i < MINUTES; i += 91) {
            var now = one.minute(i);
            var until = resolver.until(now);
            until
                .filter(at -> at.isBefore(now.plus(Schedules.HORIZON)))
                .ifPresent(
                    at ->
                        assertTrue(
                            !oracle(one, at).equals(oracle(one, now)),
                            () -> "%s%nat %s for nothing at %s".formatted(one, now, at)));
          }
        });
  }

  private interface Property {
    void holdsFor(Case one);
  }

  private static void forAll(Property property) {
    var only = Optional.ofNullable(Long.getLong("seed"));
    long first = only.orElseGet(System::nanoTime);
    for (long seed = first; seed < first + (only.isPresent() ? 1 : CASES); seed++) {
      property.holdsFor(random(seed));
    }
  }

  // ── the calendar ──

  private static Optional<String> oracle(Case one, Instant now) {
    var wall = ZonedDateTime.ofInstant(now, one.zone());
    int day = wall.getDayOfWeek().getValue() % 7;
    return one.schedules().stream()
        .filter(
            s ->
                now.compareTo(s.startDate()) >= 0
                    && (s.endDate().isEmpty() || now.compareTo(s.endDate().get()) <= 0)
                    && week(s)[day][wall.getHour() * 60 + wall.getMinute()])
        .min(
            Comparator.comparing((Schedule s) -> -s.priority())
                .thenComparing(s -> -s.updatedAt().toEpochMilli())
                .thenComparing(Schedule::id))
        .map(Schedule::id);
  }

  private static final java.util.Map<Schedule, boolean[][]> WEEKS = new java.util.HashMap<>();

  private static boolean[][] week(Schedule s) {
    return WEEKS.computeIfAbsent(s, SchedulesPropertyTest::tickedOff);
  }

  private static boolean[][] tickedOff(Schedule s) {
    var week = new boolean[7][1440];
    int start = s.startTime().orElse(0);
    int end = s.endTime().orElse(0);
    int length =
        s.startTime().isEmpty() || s.endTime().isEmpty() || start == end
            ? 1440
            : Math.floorMod(end - start, 1440);
    boolean isWholeDay = length == 1440;
    for (int day : s.daysOfWeek()) {
      for (int i = 0; i < length; i++) {
        int minute = (isWholeDay ? 0 : start) + i;
        week[(day + minute / 1440) % 7][minute % 1440] = true;
      }
    }
    return week;
  }

  // ── cases ──

  private static Case random(long seed) {
    var random = new Random(seed);
    var place = PLACES.get(random.nextInt(PLACES.size()));
    var from = Instant.parse(place.moment()).minus(Duration.ofDays(DAYS / 2));
    var schedules = new ArrayList<Schedule>();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      schedules.add(schedule("s" + i, random, from));
    }
    return new Case(seed, ZoneId.of(place.zone()), from, schedules);
  }

  private static Schedule schedule(String id, Random random, Instant from) {
    var days = new HashSet<Integer>();
    for (int day = 0; day < 7; day++) {
      if (random.nextInt(3) > 0) {
        days.add(day);
      }
    }
    return new Schedule(
        id,
        "p-" + id,
        random.nextInt(3),
        random.nextInt(3) == 0 ? within(random, from) : from.minus(Duration.ofDays(9)),
        random.nextInt(3) == 0 ? Optional.of(within(random, from)) : Optional.empty(),
        time(random),
        time(random),
        days,
        from.plusMillis(random.nextInt(2)));
  }

  private static Instant within(Random random, Instant from) {
    return from.plusMillis(random.nextLong(Duration.ofDays(DAYS).toMillis()));
  }

  /** Often near the hours at which clocks jump. */
  private static Optional<Integer> time(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> Optional.empty();
      case 1, 2 -> Optional.of(random.nextInt(1440));
      case 3 -> Optional.of(30 * random.nextInt(9));
      default -> Optional.of(60 * random.nextInt(24));
    };
  }
}
