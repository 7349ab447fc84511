package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SteadyClockTest {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private long nanos = 42;
  private SteadyClock clock = new SteadyClock(() -> nanos, T, T);

  private void passes(Duration time) {
    nanos += time.toNanos();
  }

  private void assertSays(Instant expected) {
    assertEquals(expected, clock.instant());
  }

  @Test
  void goes_on_by_the_processors_count() {
    passes(HOUR);
    assertSays(T.plus(HOUR));
  }

  @Test
  void does_not_follow_a_machine_whose_clock_was_set() {
    clock.compare(T.plus(HOUR), T);
    assertSays(T);
    clock.compare(T.minus(HOUR), T);
    assertSays(T);
  }

  @Test
  void does_not_follow_a_database_whose_clock_was_set() {
    clock.compare(T, T.plus(HOUR));
    clock.compare(T.plusMillis(1), T.minus(HOUR));
    assertSays(T);
  }

  @Test
  void does_not_know_whom_to_follow_when_all_three_differ() {
    clock.compare(T.minus(HOUR), T.plus(HOUR));
    assertSays(T);
  }

  @Test
  void follows_at_once_where_machine_and_database_agree() {
    // A machine that slept: its processor has not counted meanwhile.
    clock.compare(T.plus(HOUR), T.plus(HOUR).plusMillis(3));
    assertSays(T.plus(HOUR).plusMillis(3));
  }

  @Test
  void follows_small_differences_bit_by_bit() {
    clock.compare(T, T.plusMillis(4));
    assertSays(T.plusMillis(4));
    clock.compare(T, T.plusMillis(900));
    assertSays(T.plusMillis(14));
    clock.compare(T, T.minusMillis(900));
    assertSays(T.plusMillis(4));
  }

  @Test
  void begins_with_the_database_where_the_machine_is_wrong() {
    clock = new SteadyClock(() -> nanos, T.minus(HOUR), T);
    assertSays(T);
    clock.compare(T.minus(HOUR), T);
    assertSays(T);
  }
}
