package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.json;
import static io.muster.acceptance.OfficialClient.options;
import static io.muster.acceptance.OfficialClient.screen;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.auth.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A deploy at noon: the gateway is stopped in order and started again. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RestartIT {
  private final TrialGateway gateway = TrialGateway.start(Map.of());

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void everybody_is_told_and_comes_back_by_himself() {
    var poller =
        OfficialClient.with(
            gateway.url(),
            "{'token':'" + TrialGateway.device("acme", "poller") + "'}",
            options("polling"));
    var tab =
        OfficialClient.with(
            gateway.url(), "{'token':'" + TrialGateway.user("acme", Role.VIEWER) + "'}");
    try (poller;
        tab;
        var device = screen(gateway, "acme", "tv-1")) {
      poller.next("config");
      tab.next("connect");
      var guests = List.of(device, poller, tab);
      guests.forEach(g -> assertTrue(g.isConnected()));

      long asked = System.nanoTime();
      gateway.stop();
      var took = Duration.ofNanos(System.nanoTime() - asked);
      assertTrue(took.toMillis() < 5_000, "it took " + took);

      for (OfficialClient guest : guests) {
        assertTrue(guest.next("server:shutdown").path("reconnect").asBoolean());
        var reason = guest.next("disconnect").asText();
        assertTrue(reason.startsWith("transport"), reason);
        assertTrue(guest.isActive());
      }

      gateway.startAgain();
      device.next("config");
      poller.next("config");
      while (tab.all("connect").size() < 2) {
        tab.next("connect");
      }
      assertTrue(device.asks("heartbeat", json("{}")).path("success").asBoolean());
      gateway.commandIs(
          "acme", gateway.command("acme", "tv-1", "{'type':'pause'}"), "acknowledged");
    }
  }

  @Test
  void a_deploy_cries_no_wolf() {
    try (var tab =
            OfficialClient.with(
                gateway.url(), "{'token':'" + TrialGateway.user("acme", Role.VIEWER) + "'}");
        var device = screen(gateway, "acme", "tv-1")) {
      tab.next("device:status");
      gateway.stop();
      gateway.startAgain();
      device.next("config");
      eventually("the dashboard is back", () -> tab.all("connect").size() == 2);
      // Somebody else is told missing after this one would have been.
      screen(gateway, "acme", "tv-2").close();
      var told = tab.next("device:status");
      while (!told.path("deviceId").asText().equals("tv-2")
          || !told.path("status").asText().equals("offline")) {
        told = tab.next("device:status");
      }
      assertEquals(
          List.of(),
          tab.all("device:status").stream()
              .filter(s -> s.path("deviceId").asText().equals("tv-1"))
              .filter(s -> s.path("status").asText().equals("offline"))
              .toList());
    }
  }
}
