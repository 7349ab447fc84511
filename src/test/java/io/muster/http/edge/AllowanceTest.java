package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AllowanceTest {
  private static final long MILLI = 1_000_000;

  /** Times at which one connection's events were allowed. */
  private static final class Connection {
    private final Allowance allowance;
    private long due;

    Connection(Allowance allowance, long now) {
      this.allowance = allowance;
      this.due = allowance.untouched(now);
    }

    boolean tries(long now) {
      boolean allowed = allowance.allows(due, now);
      if (allowed) {
        due = allowance.spend(due, now);
      }
      return allowed;
    }
  }

  @Nested
  class An_allowance {
    @Test
    void lets_a_burst_pass_and_then_one_per_interval() {
      var connection = new Connection(Allowance.of(10, 3), 0);
      for (int i = 0; i < 3; i++) {
        assertTrue(connection.tries(0));
      }
      assertFalse(connection.tries(99 * MILLI));
      assertTrue(connection.tries(100 * MILLI));
      assertFalse(connection.tries(100 * MILLI));
    }

    @Test
    void is_whole_again_after_a_rest_and_no_more_than_whole() {
      var connection = new Connection(Allowance.of(10, 3), 0);
      for (int i = 0; i < 3; i++) {
        connection.tries(0);
      }
      long later = Duration.ofDays(30).toNanos();
      for (int i = 0; i < 3; i++) {
        assertTrue(connection.tries(later));
      }
      assertFalse(connection.tries(later));
    }

    @Test
    void says_how_long_to_wait() {
      var allowance = Allowance.of(10, 1);
      long due = allowance.spend(allowance.untouched(0), 0);
      assertEquals(Duration.ofMillis(100), allowance.retryAfter(due, 0));
      assertEquals(Duration.ofMillis(1), allowance.retryAfter(due, 99 * MILLI));
      assertEquals(Duration.ZERO, allowance.retryAfter(due, 100 * MILLI));
    }

    @Test
    void does_not_mind_where_the_clock_stands_or_that_it_wraps() {
      for (long start : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE - 50 * MILLI}) {
        var connection = new Connection(Allowance.of(10, 2), start);
        assertTrue(connection.tries(start));
        assertTrue(connection.tries(start + MILLI));
        assertFalse(connection.tries(start + 2 * MILLI));
        assertTrue(connection.tries(start + 100 * MILLI));
      }
    }

    @Test
    void of_nothing_is_none() {
      assertThrows(IllegalArgumentException.class, () -> Allowance.of(0, 1));
      assertThrows(IllegalArgumentException.class, () -> Allowance.of(1, 0));
      assertThrows(IllegalArgumentException.class, () -> new Allowance(0, 0));
    }
  }

  @Nested
  class Any_history {
    private final long seed = Long.getLong("seed", System.nanoTime());

    /**
     * In any window of time t no more than burst + t / interval events pass; and an event is
     * refused only if the bucket, counted exactly, has none left.
     */
    @Test
    void keeps_to_rate_and_burst_and_refuses_nothing_that_is_due() {
      var random = new Random(seed);
      for (int history = 0; history < 2_000; history++) {
        var allowance = Allowance.of(1 + random.nextInt(1_000), 1 + random.nextInt(20));
        long interval = allowance.intervalNanos();
        long burst = allowance.toleranceNanos() / interval + 1;
        long now = random.nextLong();
        var connection = new Connection(allowance, now);
        List<Long> passed = new ArrayList<>();
        // The reference: a bucket of nanoseconds, one interval to an event.
        long bucket = burst * interval;
        for (int step = 0; step < 60; step++) {
          long pause = (long) (random.nextDouble() * random.nextInt(4) * interval);
          now += pause;
          bucket = Math.min(burst * interval, bucket + pause);
          boolean due = bucket >= interval;
          String where = "seed %d history %d step %d".formatted(seed, history, step);
          assertEquals(due, connection.tries(now), where);
          if (due) {
            bucket -= interval;
            passed.add(now);
          }
        }
        for (int first = 0; first < passed.size(); first++) {
          for (int last = first; last < passed.size(); last++) {
            long window = passed.get(last) - passed.get(first);
            assertTrue(
                last - first + 1 <= burst + window / interval,
                "seed %d history %d".formatted(seed, history));
          }
        }
      }
    }
  }
}
