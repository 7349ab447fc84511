package io.muster.persistence.redis;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.Load;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisPresenceIT {
  private static final Instant T = Instant.ofEpochMilli(1_772_354_124_870L);
  private static final OrgId ACME = new OrgId("acme");
  private static final DeviceId TV = new DeviceId("tv-1");
  private static final String STATUS = "device:status:tv-1";
  private static final String HEARTBEAT = "heartbeat:tv-1:latest";

  private Trial trial;
  private RedisPresence presence;

  @BeforeEach
  void start() {
    trial = Trial.start();
    presence = new RedisPresence(trial.redis(), trial.telemetry());
  }

  @AfterEach
  void stop() {
    trial.close();
  }

  private static Seen seen(DeviceId id) {
    return new Seen(
        id, ACME, new Hints(Optional.of(T), Optional.of("2.4.1"), new Load(12.5, 48), 0));
  }

  private static DeviceView view(Presence presence, boolean isRetired) {
    return new DeviceView(
        TV, ACME, "TV", new TreeSet<>(), presence, T, false, isRetired, 1, 2, Hints.NONE);
  }

  private void tv(Presence word) {
    presence.changed(view(word, false));
  }

  @Test
  void a_connected_device_is_online_for_a_minute() {
    presence.keep(List.of(seen(TV)));
    eventually("told", () -> trial.isThere(HEARTBEAT));
    assertEquals(
        """
        {"status":"online","lastHeartbeat":1772354124870,"socketId":null,"organizationId":"acme",\
        "metrics":{"cpuUsage":12.5,"memoryUsage":48.0}}""",
        trial.read(STATUS));
    assertTrue(Math.abs(trial.ttl(STATUS) - 60) < 5);
  }

  @Test
  void its_latest_heartbeat_is_there_for_five_minutes() {
    presence.keep(List.of(seen(TV)));
    eventually("told", () -> trial.isThere(HEARTBEAT));
    assertEquals(
        """
        {"deviceId":"tv-1","timestamp":1772354124870,\
        "metrics":{"cpuUsage":12.5,"memoryUsage":48.0},"currentContent":null}""",
        trial.read(HEARTBEAT));
    assertTrue(Math.abs(trial.ttl(HEARTBEAT) - 300) < 5);
  }

  @Test
  void one_that_has_just_come_is_online_at_once() {
    tv(Presence.ONLINE);
    eventually("online", () -> trial.isThere(STATUS) && trial.read(STATUS).contains("\"online\""));
  }

  @Test
  void one_that_is_missing_or_offline_is_offline_for_a_day() {
    presence.missing(view(Presence.RECONNECTING, false));
    eventually("told", () -> trial.isThere(STATUS));
    assertEquals(
        """
        {"status":"offline","lastHeartbeat":1772354124870,"socketId":null,"organizationId":"acme"}""",
        trial.read(STATUS));
    assertTrue(Math.abs(trial.ttl(STATUS) - 86_400) < 30);
  }

  @Test
  void one_that_reconnects_is_what_it_was() {
    tv(Presence.ONLINE);
    tv(Presence.RECONNECTING);
    eventually("told", () -> trial.isThere(STATUS));
    assertTrue(trial.read(STATUS).contains("\"online\""));
  }

  @Test
  void a_retired_one_is_nobody() {
    tv(Presence.OFFLINE);
    eventually("told", () -> trial.isThere(STATUS));
    presence.changed(view(Presence.OFFLINE, true));
    eventually("gone", () -> !trial.isThere(STATUS));
  }

  @Test
  void a_whole_fleet_is_told_in_batches() {
    var fleet = IntStream.range(0, 20_000).mapToObj(i -> seen(new DeviceId("fleet-" + i))).toList();
    assertTimeout(Duration.ofMillis(500), () -> presence.keep(fleet));
    eventually("all", () -> trial.server().<Long>ask(redis -> redis.dbsize()) == 40_000);
    assertEquals(0, trial.count("redis failed: PRESENCE"));
  }

  @Test
  void a_flushed_redis_is_filled_by_the_next_telling() {
    presence.keep(List.of(seen(TV)));
    eventually("told", () -> trial.isThere(STATUS));
    trial.server().flush();
    assertFalse(trial.isThere(STATUS));
    presence.keep(List.of(seen(TV)));
    eventually("told again", () -> trial.isThere(STATUS));
  }

  @Test
  void who_leaves_and_comes_back_during_an_outage_is_not_told_offline() {
    trial.server().stop();
    trial.isDown();
    tv(Presence.OFFLINE);
    tv(Presence.ONLINE);
    var other = new DeviceId("tv-2");
    presence.missing(
        new DeviceView(
            other,
            ACME,
            "2",
            new TreeSet<>(),
            Presence.RECONNECTING,
            T,
            false,
            false,
            1,
            2,
            Hints.NONE));
    trial.server().startAgain();
    eventually("offline", () -> trial.isThere("device:status:tv-2"));
    assertFalse(trial.isThere(STATUS) && trial.read(STATUS).contains("\"offline\""));
  }

  @Test
  void rule_17_an_outage_keeps_nobody_waiting_and_loses_what_comes_again_only() {
    trial.server().stop();
    trial.isDown();
    presence.keep(List.of(seen(new DeviceId("tv-2"))));
    tv(Presence.OFFLINE);
    eventually("dropped", () -> trial.count("redis dropped: PRESENCE 1") > 0);
    trial.server().startAgain();
    eventually("offline", () -> trial.isThere(STATUS));
    assertFalse(trial.isThere("device:status:tv-2"));
    presence.keep(List.of(seen(new DeviceId("tv-2"))));
    eventually("online", () -> trial.isThere("device:status:tv-2"));
  }
}
