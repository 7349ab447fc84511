package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.screen;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.auth.Role;
import io.muster.support.Postgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** People are told of an outage once, whatever happens to the gateway and its database. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class NotificationIT {
  private static final String ORG = "acme";
  private static final Map<String, Object> BRISK =
      Map.of(
          "muster.device.telling", "200ms",
          "muster.device.grace", "1s",
          "muster.notifications.interval", "100ms");

  private TrialGateway gateway;
  private AutoCloseable leftovers = () -> {};

  @AfterEach
  void close() throws Exception {
    gateway.close();
    leftovers.close();
  }

  private OfficialClient dashboard() {
    return OfficialClient.with(
        gateway.url(), "{'token':'" + TrialGateway.user(ORG, Role.VIEWER) + "'}");
  }

  private List<String> types() {
    return items("/api/v1/notifications").stream()
        .map(n -> n.path("type").asText() + " " + n.at("/metadata/deviceId").asText())
        .sorted()
        .toList();
  }

  private List<String> down() {
    return items("/api/v1/outages").stream().map(o -> o.path("deviceId").asText()).toList();
  }

  private List<JsonNode> items(String path) {
    var items = new ArrayList<JsonNode>();
    gateway
        .get(path, TrialGateway.user(ORG, Role.VIEWER))
        .is(200)
        .json()
        .path("items")
        .forEach(items::add);
    return items;
  }

  @Test
  void the_dashboard_is_told_that_a_device_is_offline_and_that_it_is_back() {
    gateway = TrialGateway.start(BRISK);
    try (var tab = dashboard()) {
      tab.next("connect");
      screen(gateway, ORG, "tv-1").close();
      var offline = tab.next("notification:new");
      assertEquals("device_offline", offline.path("type").asText());
      assertEquals("warning", offline.path("severity").asText());
      assertEquals("tv-1", offline.at("/metadata/deviceId").asText());
      assertEquals(ORG, offline.path("organizationId").asText());
      try (var device = screen(gateway, ORG, "tv-1")) {
        assertTrue(device.isConnected());
        var online = tab.next("notification:new");
        assertEquals("device_online", online.path("type").asText());
        assertEquals("tv-1", online.path("deviceId").asText());
        assertTrue(online.has("deviceName") && online.has("timestamp") && online.has("id"));
        assertEquals(List.of("device_offline tv-1", "device_online tv-1"), types());
      }
    }
  }

  @Test
  void a_restart_in_the_middle_of_an_outage_neither_loses_nor_repeats_the_notice() {
    gateway = TrialGateway.start(BRISK);
    screen(gateway, ORG, "told").close();
    eventually("told", () -> types().equals(List.of("device_offline told")));
    screen(gateway, ORG, "untold").close(); // its grace ends while nobody is there
    gateway.stop();
    gateway.startAgain();
    eventually("reported all the same", () -> types().contains("device_offline untold"));
    assertEquals(List.of("told", "untold"), down());
    try (var back = screen(gateway, ORG, "told")) {
      eventually("it is back", () -> types().contains("device_online told"));
      assertTrue(back.isConnected());
      assertEquals(
          List.of("device_offline told", "device_offline untold", "device_online told"), types());
    }
  }

  @Test
  void rule_74_a_deploy_is_no_outage_but_who_does_not_come_back_from_it_is_reported() {
    var patient = new HashMap<String, Object>(BRISK);
    patient.put("muster.device.grace", "2500ms"); // a start takes its time where much else runs
    gateway = TrialGateway.start(patient);
    try (var tab = dashboard();
        var stays = screen(gateway, ORG, "stays")) {
      tab.next("connect");
      var goes = screen(gateway, ORG, "goes");
      gateway.stop();
      goes.close();
      gateway.startAgain();
      stays.next("config");
      eventually("it is missed", () -> down().equals(List.of("goes")));
      eventually("and told", () -> types().equals(List.of("device_offline goes")));
      assertTrue(
          tab.all("device:status").stream()
              .filter(s -> s.path("deviceId").asText().equals("stays"))
              .noneMatch(s -> s.path("status").asText().equals("offline")),
          () -> tab.heard().toString());
    }
  }

  @Test
  void a_database_that_is_away_for_some_seconds_only_delays_the_notice() {
    assumeTrue(Postgres.shared().canBeStopped(), "an external server is not stopped");
    var database = Postgres.shared().database();
    leftovers = database;
    var settings = new HashMap<String, Object>(BRISK);
    settings.put("muster.database.url", database.url());
    gateway = TrialGateway.start(settings);
    try (var tab = dashboard()) {
      tab.next("connect");
      screen(gateway, ORG, "before").close();
      tab.next("notification:new");
      var during = screen(gateway, ORG, "during");
      try (var _ = Postgres.shared().stop()) {
        during.close();
        long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        eventually("its grace is over", () -> System.nanoTime() > until);
      }
      assertEquals("during", tab.next("notification:new").at("/metadata/deviceId").asText());
      assertEquals(List.of("device_offline before", "device_offline during"), types());
      assertEquals(List.of("before", "during"), down());
    }
  }
}
