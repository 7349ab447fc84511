package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.acceptance.OfficialClient.Reaction;
import io.muster.acceptance.TrialGateway.Said;
import io.muster.http.auth.Role;
import io.muster.support.Postgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process is killed in the middle of its work, as by {@code kill -9}. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KillIT {
  private static final Map<String, String> BRISK =
      Map.of(
          "MUSTER_PING_INTERVAL", "800ms",
          "MUSTER_PING_TIMEOUT", "800ms",
          "MUSTER_SILENCE", "1700ms",
          "MUSTER_TELLING", "300ms",
          "MUSTER_GRACE", "2s",
          "MUSTER_ACK_TIMEOUT", "20s");

  @TempDir Path dataDir;

  @Nested
  class On_the_embedded_store {
    @Test
    void what_was_accepted_is_kept_and_delivered_and_who_stays_away_is_reported() throws Exception {
      story(Map.of());
    }
  }

  @Nested
  class On_PostgreSQL {
    @Test
    void what_was_accepted_is_kept_and_delivered_and_who_stays_away_is_reported() throws Exception {
      try (var database = Postgres.shared().database()) {
        story(Map.of("DATABASE_URL", database.url()));
      }
    }
  }

  private void story(Map<String, String> store) throws Exception {
    var environment = new HashMap<>(BRISK);
    environment.putAll(store);
    var paths = new ArrayList<String>();
    try (var first = ServedProcess.start(dataDir, environment)) {
      environment.put("PORT", String.valueOf(first.port()));
      post(first, "/api/v1/devices", "{'id':'sleeper','tags':['kept']}").is(201);
      try (var stays = screen(first, "stays", Reaction.OK);
          var busy = screen(first, "busy", Reaction.SILENT);
          var goes = screen(first, "goes", Reaction.OK)) {
        // One was on its way, others wait for a device that is not there.
        paths.add(order(first, "busy", "{'type':'pause','payload':{'n':0}}"));
        var before = busy.next("command");
        for (int n = 1; n <= 5; n++) {
          paths.add(order(first, "sleeper", "{'type':'pause','payload':{'n':" + n + "}}"));
        }
        busy.reacts(Reaction.OK);
        first.kill();
        goes.leaves();

        try (var second = ServedProcess.start(dataDir, environment);
            var board =
                OfficialClient.with(
                    second.url(), "{'token':'" + TrialGateway.user("acme", Role.VIEWER) + "'}")) {
          board.next("connect");
          // The clients come back by themselves.
          stays.next("config");
          busy.next("config");
          assertEquals(before, busy.next("command"));
          assertStillQueued(second, paths.subList(1, 6));

          try (var sleeper = screen(second, "sleeper", Reaction.OK)) {
            for (int n = 1; n <= 5; n++) {
              assertEquals(n, sleeper.next("command").path("payload").path("n").asInt());
            }
            eventually("all are done", () -> paths.stream().allMatch(p -> isDone(second, p)));
            assertWhole(
                get(second, paths.getFirst()), List.of("queued", "sent", "sent", "acknowledged"));
            paths
                .subList(1, 6)
                .forEach(
                    p -> assertWhole(get(second, p), List.of("queued", "sent", "acknowledged")));
            assertEquals(
                "kept", get(second, "/api/v1/devices/sleeper").path("tags").path(0).asText());

            eventually("who stays away is missing", () -> offline(board).contains("goes"));
            eventually(
                "and offline",
                () ->
                    get(second, "/api/v1/devices/goes").path("status").asText().equals("offline"));
          }
          assertEquals(
              List.of("goes"),
              offline(board).stream().filter(id -> !id.equals("sleeper")).distinct().toList());
          for (String id : List.of("stays", "busy")) {
            assertEquals("online", get(second, "/api/v1/devices/" + id).path("status").asText());
          }
          assertEquals(0, second.terminate());
          assertFalse(second.said().contains("Exception"), second::said);
        }
      }
    }
  }

  private static OfficialClient screen(ServedProcess gateway, String id, Reaction reaction) {
    var client =
        OfficialClient.with(
            gateway.url(),
            "{'token':'%s','capabilities':['deliveryAck']}"
                .formatted(TrialGateway.device("acme", id)));
    client.reacts(reaction).next("config");
    return client;
  }

  private static void assertStillQueued(ServedProcess gateway, List<String> paths) {
    for (String path : paths) {
      assertEquals("queued", get(gateway, path).path("state").asText());
    }
  }

  private static boolean isDone(ServedProcess gateway, String path) {
    return get(gateway, path).path("state").asText().equals("acknowledged");
  }

  private static void assertWhole(JsonNode command, List<String> states) {
    assertEquals(states, ScreenIT.states(command), command::toString);
    var times = new ArrayList<String>();
    command.path("timeline").forEach(step -> times.add(step.path("at").asText()));
    assertEquals(times.stream().sorted().toList(), times);
    assertTrue(command.path("requestedBy").asText().contains("ada"), command::toString);
  }

  private static List<String> offline(OfficialClient board) {
    return board.all("device:status").stream()
        .filter(status -> status.path("status").asText().equals("offline"))
        .map(status -> status.path("deviceId").asText())
        .toList();
  }

  private static String order(ServedProcess gateway, String device, String body) {
    return post(gateway, "/api/v1/devices/" + device + "/commands", body).is(202).location();
  }

  private static Said post(ServedProcess gateway, String path, String body) {
    return TrialGateway.said(
        gateway.url(), "POST", path, TrialGateway.user("acme", Role.OPERATOR), body);
  }

  private static JsonNode get(ServedProcess gateway, String path) {
    return TrialGateway.said(gateway.url(), "GET", path, TrialGateway.user("acme", Role.VIEWER), "")
        .json();
  }
}
