package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.json;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.auth.Role;
import io.muster.support.Postgres;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The whole story of one device, once on each store. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class EndToEndIT {
  private static final String ORG = "acme";

  @Test
  void a_device_a_command_and_a_dashboard_on_the_embedded_store() throws Exception {
    try (var gateway = TrialGateway.start(Map.of())) {
      story(gateway);
    }
  }

  @Test
  void a_device_a_command_and_a_dashboard_on_PostgreSQL() throws Exception {
    try (var database = Postgres.shared().database();
        var gateway = TrialGateway.start(Map.of("muster.database.url", database.url()))) {
      story(gateway);
    }
  }

  private static void story(TrialGateway gateway) throws Exception {
    var admin = TrialGateway.user(ORG, Role.ADMIN);
    var operator = TrialGateway.user(ORG, Role.OPERATOR);
    gateway
        .post("/api/v1/devices", operator, "{'id':'tv-1','name':'Hall','tags':['hall','tv']}")
        .is(201);
    var token =
        gateway
            .post("/api/v1/devices/tv-1/tokens", admin, "{'expiresInSeconds':3600}")
            .is(201)
            .text("token");

    try (var board = OfficialClient.with(gateway.url(), "{'token':'%s'}".formatted(operator));
        var console =
            PlainClient.open(
                gateway.url() + "/ws/dashboard", Optional.of(operator), Optional.empty())) {
      board.next("connect");
      console.next("picture");
      try (var device =
          OfficialClient.with(
              gateway.url(), "{'token':'%s','capabilities':['deliveryAck']}".formatted(token))) {
        device.next("config");
        assertEquals("online", board.next("device:status").path("status").asText());
        device.asks("heartbeat", json("{'appVersion':'2.1.0','metrics':{'cpuUsage':7}}"));

        var done =
            gateway
                .post(
                    "/api/v1/devices/tv-1/commands",
                    operator,
                    "{'type':'push_content','payload':{'url':'https://x.example/y'}}",
                    "Prefer",
                    "wait=10",
                    "Idempotency-Key",
                    "key-1")
                .is(200);
        assertEquals(List.of("queued", "sent", "acknowledged"), ScreenIT.states(done.json()));
        var again =
            gateway.post(
                "/api/v1/devices/tv-1/commands",
                operator,
                "{'type':'push_content','payload':{'url':'https://x.example/y'}}",
                "Idempotency-Key",
                "key-1");
        assertEquals(done.text("id"), again.text("id"));
        assertEquals(1, device.all("command").size());
        assertEquals(done.json(), gateway.get(done.location(), operator).is(200).json());
        var moves =
            List.of("queued", "sent", "acknowledged").stream()
                .filter(state -> hears(console, done.text("id"), state))
                .toList();
        assertEquals(List.of("queued", "sent", "acknowledged"), moves);

        eventually(
            "it is listed",
            () ->
                gateway
                    .get("/api/v1/devices?status=online&tag=hall&q=hal", operator)
                    .json()
                    .path("items")
                    .path(0)
                    .path("id")
                    .asText()
                    .equals("tv-1"));
        var seen = gateway.get("/api/v1/devices/tv-1", operator).json();
        assertEquals("2.1.0", seen.path("appVersion").asText());
      }
      assertEquals("offline", board.next("device:status").path("status").asText());
      eventually(
          "people may be told",
          () -> gateway.get("/api/v1/devices/tv-1", operator).text("status").equals("offline"));
      var waits = gateway.command(ORG, "tv-1", "{'type':'reload'}");
      gateway.delete("/api/v1/devices/tv-1", admin).is(204);
      assertEquals("cancelled", gateway.get(waits, operator).text("state"));
      assertEquals(
          2, gateway.get("/api/v1/devices/tv-1/commands", operator).json().path("items").size());
      eventually(
          "it is gone from the list",
          () -> gateway.get("/api/v1/devices", operator).json().path("items").isEmpty());
    }
    assertTrue(gateway.get("/health/ready", "").is(200).json().path("ready").asBoolean());
  }

  private static boolean hears(PlainClient console, String id, String state) {
    eventually(
        state,
        () ->
            console.heard().stream()
                .filter(m -> m.path("event").asText().equals("command"))
                .map(m -> m.path("data"))
                .anyMatch(
                    c ->
                        c.path("id").asText().equals(id)
                            && c.path("state").asText().equals(state)));
    return true;
  }
}
