package io.muster.persistence.redis;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.GraceRecords.Grace;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisGraceRecordsIT {
  private static final Grace GRACE = new Grace("aa".repeat(32), "bb".repeat(32));
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static Trial trial;

  private final DeviceId id = new DeviceId("tv-" + NAMES.incrementAndGet());
  private final String key = "device:token:grace:" + id;
  private RedisGraceRecords records;

  @BeforeAll
  static void start() {
    trial = Trial.start();
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @BeforeEach
  void open() {
    trial.isUp();
    records = new RedisGraceRecords(trial.redis());
  }

  private void keep(Duration life) {
    records.keep(id, GRACE, life);
    eventually("kept", () -> trial.isThere(key));
  }

  @Test
  void a_record_is_found_as_it_was_kept() {
    keep(Duration.ofDays(3));
    assertEquals(Optional.of(GRACE), await(records.find(id)));
  }

  @Test
  void other_programs_find_it_in_their_format() {
    keep(Duration.ofDays(3));
    assertEquals(
        "{\"prev\":\"%s\",\"next\":\"%s\"}".formatted(GRACE.prev(), GRACE.next()), trial.read(key));
  }

  @Test
  void what_another_program_wrote_is_found() {
    var text = "{\"next\": \"n\", \"prev\": \"p\", \"more\": 1}";
    trial.server().ask(redis -> redis.set(key, text));
    assertEquals(Optional.of(new Grace("p", "n")), await(records.find(id)));
  }

  @Test
  void rule_54_it_lives_as_long_as_the_old_token_between_a_minute_and_ninety_days() {
    keep(Duration.ofHours(1));
    assertTrue(Math.abs(trial.ttl(key) - 3_600) < 30);
    records.keep(id, GRACE, Duration.ofSeconds(1));
    eventually("a minute", () -> Math.abs(trial.ttl(key) - 60) < 5);
    records.keep(id, GRACE, Duration.ofDays(1_000));
    eventually("ninety days", () -> Math.abs(trial.ttl(key) - 90 * 86_400) < 30);
  }

  @Test
  void no_record_is_none() {
    assertEquals(Optional.empty(), await(records.find(id)));
  }

  @Test
  void what_is_no_record_is_none() {
    for (var text : new String[] {"", "{", "[]", "{\"prev\":\"p\"}", "{\"prev\":1,\"next\":2}"}) {
      trial.server().ask(redis -> redis.set(key, text));
      assertEquals(Optional.empty(), await(records.find(id)));
    }
  }

  @Nested
  class Rule_56_while_redis_is_away_a_record_is_never_said_to_be_missing {
    private void assertUnknownInTime() {
      assertTimeout(
          Trial.LIMIT, () -> assertThrows(RedisUnavailable.class, () -> await(records.find(id))));
    }

    @Test
    void when_it_hangs() {
      trial.server().pause();
      assertUnknownInTime();
      records.keep(id, GRACE, Duration.ofDays(1));
      trial.server().resume();
    }

    @Test
    void when_it_is_down() {
      trial.server().stop();
      assertUnknownInTime();
      records.keep(id, GRACE, Duration.ofDays(1));
      trial.server().startAgain();
    }
  }
}
