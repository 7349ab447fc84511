package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.screen;
import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.HttpCaller;
import io.muster.support.RedisServer;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.MethodOrderer.MethodName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A gateway that was started without its Redis, gets it, and loses it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestMethodOrder(MethodName.class)
class RedisHintsIT {
  private static RedisServer redis;
  private static TrialGateway gateway;

  private final String org = fresh("org");
  private final String id = fresh("tv");

  @BeforeAll
  static void start() {
    redis = RedisServer.away();
    gateway = TrialGateway.start(Map.of("muster.redis.url", redis.url()));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    redis.close();
  }

  private static String figures() {
    return HttpCaller.of(gateway.url()).get("/metrics").body();
  }

  private static void isUp(int up) {
    eventually("redis is " + up, () -> figures().contains("muster_redis_up " + up));
  }

  private void takesACommand(OfficialClient tv) {
    var command = gateway.command(org, id, "{'type':'reload'}");
    tv.next("command");
    gateway.commandIs(org, command, "acknowledged");
  }

  private Optional<String> status() {
    String status = redis.ask(r -> r.get("device:status:" + id));
    return Optional.ofNullable(status);
  }

  private void isThere(String word) {
    eventually(
        word, () -> status().filter(s -> s.contains("\"status\":\"" + word + "\"")).isPresent());
  }

  @Test
  void a_without_redis_devices_connect_and_take_commands() {
    isUp(0);
    try (var tv = screen(gateway, org, id)) {
      takesACommand(tv);
    }
  }

  @Test
  void b_once_it_is_there_others_see_who_is_online_and_who_left() {
    redis.startAgain();
    isUp(1);
    try (var tv = screen(gateway, org, id)) {
      isThere("online");
    }
    isThere("offline");
  }

  @Test
  void c_rule_17_when_it_is_lost_again_nobody_leaves_and_commands_flow() {
    try (var tv = screen(gateway, org, id)) {
      isThere("online");
      redis.pause();
      isUp(0);
      takesACommand(tv);
      try (var other = screen(gateway, org, fresh("tv"))) {
        assertTrue(other.isConnected());
      }
      redis.stop();
      takesACommand(tv);
      assertTrue(tv.isConnected());
      redis.startAgain();
      isUp(1);
      takesACommand(tv);
    }
    isThere("offline");
  }

  @Test
  void d_rule_64_its_figures_move() {
    var text = figures();
    for (String series :
        new String[] {
          "muster_redis_use_seconds_count{use=\"presence\"}",
          "muster_redis_use_seconds_count{use=\"probe\"}",
          "muster_redis_failures_total{use=\"probe\"}",
        }) {
      assertTrue(
          text.lines().anyMatch(line -> line.startsWith(series) && !line.endsWith(" 0.0")), series);
    }
  }
}
