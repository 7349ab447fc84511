package io.muster.persistence.redis;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.Telemetry.RedisUse;
import io.muster.support.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisIT {
  private Trial trial;

  @AfterEach
  void stop() {
    trial.close();
  }

  private String echo(String text) {
    return await(trial.redis().ask(RedisUse.TELEMETRY, commands -> commands.echo(text)));
  }

  private void assertFailsInTime() {
    assertTimeout(
        Trial.LIMIT, () -> assertThrows(RedisUnavailable.class, () -> echo("anybody there?")));
  }

  @Nested
  class A_server_that_is_not_there_at_the_start {
    @Test
    void rule_72_is_tried_for_ever() {
      trial = Trial.of(RedisServer.away());
      assertFailsInTime();
      eventually("many attempts", () -> trial.count("redis fails") > 15);
      trial.server().startAgain();
      trial.isUp();
      assertEquals("here", echo("here"));
    }
  }

  @Nested
  class A_server_that_goes_away {
    @Test
    void fails_at_once_and_is_found_again_after_many_attempts() {
      trial = Trial.start();
      trial.server().stop();
      trial.isDown();
      assertTimeout(
          Duration.ofMillis(100), () -> assertThrows(RedisUnavailable.class, () -> echo("x")));
      long before = trial.count("redis fails");
      eventually("many attempts", () -> trial.count("redis fails") > before + 12);
      trial.server().startAgain();
      trial.isUp();
      assertEquals("here", echo("here"));
    }

    @Test
    void that_cuts_the_connection_only_is_back_in_a_moment() {
      trial = Trial.start();
      trial.server().cutConnections();
      eventually("an answer", () -> echo("here").equals("here"));
    }
  }

  @Nested
  class A_server_that_hangs {
    @Test
    void keeps_nobody_waiting_beyond_the_limit_however_many_ask() {
      trial = Trial.start();
      trial.server().pause();
      var asked =
          Stream.generate(this::timeUntilFailure).limit(11_000).toList(); // the queue is full
      for (var one : asked) {
        // Asking so often takes a busy machine its time, too.
        assertTrue(await(one).compareTo(Trial.LIMIT.multipliedBy(4)) < 0);
      }
      trial.server().resume();
    }

    private CompletionStage<Duration> timeUntilFailure() {
      long began = System.nanoTime();
      return trial
          .redis()
          .ask(RedisUse.TELEMETRY, commands -> commands.echo("x"))
          .handle(
              (_, failure) -> {
                var cause = failure instanceof CompletionException ? failure.getCause() : failure;
                assertInstanceOf(RedisUnavailable.class, cause);
                return Duration.ofNanos(System.nanoTime() - began);
              });
    }

    @Test
    void is_noticed_by_its_silence_and_left_for_a_new_connection() {
      trial = Trial.start();
      trial.server().pause();
      trial.isDown();
      long before = trial.count("redis fails");
      eventually("attempts to connect again", () -> trial.count("redis fails") > before + 2);
      assertFailsInTime();
      trial.server().resume();
      trial.isUp();
      assertEquals("here", echo("here"));
    }
  }

  @Nested
  class Writes_that_nobody_waits_for {
    @Test
    void are_dropped_and_counted_when_too_many_are_on_their_way() {
      trial = Trial.start();
      trial.server().pause();
      for (int i = 0; i < 2_100; i++) {
        trial.redis().tell(RedisUse.TELEMETRY, List.of(new Write.Delete("k" + i)));
      }
      assertTrue(trial.count("redis dropped: TELEMETRY 1") >= 100);
      trial.server().resume();
    }
  }

  @Nested
  class The_address {
    @Test
    void of_nothing_is_no_redis() {
      trial = Trial.of(RedisServer.away());
      var none =
          new RedisSettings(
              Optional.empty(),
              Duration.ofMillis(1),
              Duration.ofMillis(1),
              Duration.ofMillis(1),
              Duration.ofMillis(1));
      assertTrue(Redis.open(none, trial.telemetry()).isEmpty());
    }
  }
}
