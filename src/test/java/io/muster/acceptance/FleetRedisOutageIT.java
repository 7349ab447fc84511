package io.muster.acceptance;

import io.muster.support.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Redis is away while clients reconnect; {@code ./muster outage} runs it in their real time. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FleetRedisOutageIT {
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void a_Redis_that_is_gone_strands_and_unpairs_nobody() {
    try (var gateway = TrialGateway.start(Map.of("muster.redis.url", redis.url()));
        var fleet = OutageFleet.of(gateway)) {
      fleet.survives(
          () -> {
            redis.stop();
            return redis::startAgain;
          });
    }
  }

  @Test
  void a_Redis_that_hangs_strands_and_unpairs_nobody() {
    try (var gateway = TrialGateway.start(Map.of("muster.redis.url", redis.url()));
        var fleet = OutageFleet.of(gateway)) {
      fleet.survives(
          () -> {
            redis.pause();
            return redis::resume;
          });
    }
  }
}
