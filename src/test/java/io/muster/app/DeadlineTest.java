package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeadlineTest {
  @Test
  void a_step_gets_no_more_than_it_asks_for() {
    assertEquals(
        Duration.ofSeconds(1), Deadline.in(Duration.ofHours(1)).atMost(Duration.ofSeconds(1)));
  }

  @Test
  void a_step_gets_no_more_than_the_steps_before_it_left() {
    var left = Deadline.in(Duration.ofMinutes(1)).atMost(Duration.ofHours(1));
    assertTrue(left.compareTo(Duration.ofMinutes(1)) <= 0);
  }

  @Test
  void when_the_time_is_over_nothing_is_left_and_never_less() {
    assertEquals(Duration.ZERO, Deadline.in(Duration.ofSeconds(-1)).atMost(Duration.ofSeconds(1)));
  }
}
