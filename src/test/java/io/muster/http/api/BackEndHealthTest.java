package io.muster.http.api;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.muster.http.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BackEndHealthTest {
  private static ActorSystem<?> system;

  @BeforeAll
  static void open() {
    var config =
        ConfigFactory.parseString("pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
            .withFallback(ConfigFactory.defaultReference());
    system = ActorSystem.create(Behaviors.empty(), "health", config);
  }

  @AfterAll
  static void close() {
    system.terminate();
    await(system.getWhenTerminated());
  }

  private static HttpResponse get(
      String path, OpsRoutes.Health.Parts parts, Optional<Boolean> redis, boolean mayScrape) {
    var health = new OpsRoutes.Health(() -> parts, "1.2.3", Instant.now(), Clock.systemUTC());
    var ops = new OpsRoutes(health, () -> "figures", _ -> false);
    var routes =
        new BackEndHealth(health, new BackEndHealth.House(() -> redis, _ -> mayScrape), ops);
    try {
      return await(routes.all().seal().function(system).apply(HttpRequest.GET(path)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode json(HttpResponse answer) {
    return Json.parse(((HttpEntity.Strict) answer.entity()).getData().utf8String());
  }

  private static Optional<Boolean> redis(String word) {
    return word.equals("none") ? Optional.empty() : Optional.of(word.equals("up"));
  }

  @ParameterizedTest
  @CsvSource({
    "true,  true,  true,  false, none, healthy,   not_configured, 200",
    "true,  true,  true,  false, up,   healthy,   healthy,        200",
    "true,  true,  true,  false, down, degraded,  unhealthy,      200",
    "false, true,  true,  false, up,   degraded,  healthy,        200",
    "true,  true,  false, false, up,   unhealthy, healthy,        503",
    "true,  true,  true,  true,  up,   unhealthy, healthy,        503"
  })
  void tells_of_all_it_depends_on_and_redis_never_decides(
      boolean journal,
      boolean readModel,
      boolean hasServed,
      boolean isLeaving,
      String redis,
      String status,
      String redisStatus,
      int ready) {
    var parts = new OpsRoutes.Health.Parts(journal, readModel, hasServed, true, isLeaving);
    var health = get("/health", parts, redis(redis), false);
    assertEquals(200, health.status().intValue());
    assertEquals(status, json(health).get("status").asText());
    assertEquals(redisStatus, json(health).at("/dependencies/redis/status").asText());
    assertEquals(
        journal ? "healthy" : "unhealthy",
        json(health).at("/dependencies/database/status").asText());
    var answer = get("/health/ready", parts, redis(redis), false);
    assertEquals(ready, answer.status().intValue());
    assertEquals(
        Json.object()
            .put("status", ready == 200 ? "ready" : "not ready")
            .put("ready", ready == 200),
        json(answer));
  }

  @Test
  void metrics_are_not_for_strangers() {
    var parts = new OpsRoutes.Health.Parts(true, true, true, true, false);
    assertEquals(200, get("/internal/metrics", parts, Optional.empty(), true).status().intValue());
    var refused = get("/internal/metrics", parts, Optional.empty(), false);
    assertEquals(403, refused.status().intValue());
    assertEquals(403, json(refused).get("statusCode").asInt());
  }
}
