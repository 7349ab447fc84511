package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.json;
import static io.muster.acceptance.OfficialClient.screen;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.http.auth.Role;
import io.muster.support.Postgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The database goes away under a fleet at work, and comes back. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JournalOutageIT {
  private static final String ORG = "acme";
  private static final String COMMANDS = "/api/v1/devices/tv-1/commands";

  private Postgres.Fresh database;
  private TrialGateway gateway;

  @BeforeEach
  void open() {
    assumeTrue(Postgres.shared().canBeStopped(), "an external server is not stopped");
    database = Postgres.shared().database();
    gateway = TrialGateway.start(Map.of("muster.database.url", database.url()));
  }

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
      database.close();
    }
  }

  @Test
  void a_server_that_is_gone_costs_nobody_his_socket() throws Exception {
    story(Postgres.shared()::stop);
  }

  @Test
  void a_server_that_hangs_costs_nobody_his_socket() throws Exception {
    story(Postgres.shared()::pause);
  }

  private void story(Supplier<Postgres.Outage> trouble) throws Exception {
    var operator = TrialGateway.user(ORG, Role.OPERATOR);
    try (var device = screen(gateway, ORG, "tv-1");
        var tab = OfficialClient.with(gateway.url(), "{'token':'" + operator + "'}")) {
      tab.next("connect");
      gateway.commandIs(ORG, gateway.command(ORG, "tv-1", "{'type':'pause'}"), "acknowledged");

      OfficialClient stranger;
      try (var outage = trouble.get()) {
        stranger =
            OfficialClient.with(
                gateway.url(), "{'token':'" + TrialGateway.device(ORG, "tv-3") + "'}");
        try (var askers = Executors.newVirtualThreadPerTaskExecutor()) {
          var refusals =
              Stream.of(
                      List.of(COMMANDS, "{'type':'resume'}"),
                      List.of(COMMANDS, "{'type':'reload'}"),
                      List.of("/api/v1/devices", "{'id':'tv-2'}"))
                  .map(ask -> askers.submit(() -> refusal(ask.getFirst(), ask.getLast())))
                  .toList();
          while (refusals.stream().anyMatch(r -> !r.isDone())) {
            assertBeats(device);
          }
          for (var refusal : refusals) {
            assertEquals("journal_unavailable", refusal.get());
          }
        }
        eventually("the stranger is sent to try again", () -> stranger.opened() >= 2);
        assertBeats(device);
        gateway.get("/health/live", "").is(200);
        var ready = gateway.get("/health/ready", "").is(200);
        assertTrue(ready.json().path("degraded").asBoolean(), ready::toString);
        assertEquals(List.of("connect", "config", "command"), device.names());
        assertTrue(tab.isConnected());
      }

      long back = System.nanoTime();
      stranger.next("config");
      assertTrue(
          stranger.all("connect_error").stream().noneMatch(e -> e.path("data").has("code")),
          () -> stranger.heard().toString());
      eventually(
          "commands flow again",
          () -> gateway.post(COMMANDS, operator, "{'type':'screenshot'}").status() == 202);
      eventually(
          "and are done",
          () ->
              device.all("command").stream()
                  .anyMatch(c -> c.path("type").asText().equals("screenshot")));
      var took = Duration.ofNanos(System.nanoTime() - back);
      assertTrue(took.toSeconds() < 15, "it took " + took);
      assertBeats(device);
      assertFalse(device.names().contains("disconnect"));
      assertTrue(tab.isConnected());

      // Whatever reached the device is in the journal.
      for (var command : device.all("command")) {
        gateway.get(COMMANDS + "/" + command.path("commandId").asText(), operator).is(200);
      }
      eventually("who came is seen", () -> statuses(tab, "tv-3").contains("online"));
      assertFalse(statuses(tab, "tv-1").contains("offline"), () -> tab.heard().toString());
      stranger.close();
    }
  }

  private String refusal(String path, String body) {
    var operator = TrialGateway.user(ORG, Role.OPERATOR);
    var refused = within(6_000, () -> gateway.post(path, operator, body)).is(503);
    assertTrue(refused.reply().header("Retry-After").isPresent());
    return refused.text("code");
  }

  private static List<String> statuses(OfficialClient tab, String id) {
    return tab.all("device:status").stream()
        .filter(s -> s.path("deviceId").asText().equals(id))
        .map(s -> s.path("status").asText())
        .toList();
  }

  private static void assertBeats(OfficialClient device) {
    var ack = within(3_000, () -> device.asks("heartbeat", json("{}")));
    assertTrue(ack.path("success").asBoolean());
    assertFalse(ack.path("data").path("reconcileContent").asBoolean(true));
  }

  private static <T> T within(long millis, Supplier<T> question) {
    long asked = System.nanoTime();
    var answer = question.get();
    var took = Duration.ofNanos(System.nanoTime() - asked);
    assertTrue(took.toMillis() <= millis, () -> "it took " + took + ": " + answer);
    return answer;
  }
}
