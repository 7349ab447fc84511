package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.json;
import static io.muster.acceptance.OfficialClient.options;
import static io.muster.acceptance.OfficialClient.screen;
import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.acceptance.OfficialClient.Reaction;
import io.muster.http.auth.Role;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device as the shipped clients are: the official library and what they really send. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ScreenIT {
  private final TrialGateway gateway = TrialGateway.shared();
  private String org;
  private String id;

  @BeforeEach
  void names() {
    org = fresh("org");
    id = fresh("tv");
  }

  private String token() {
    return TrialGateway.device(org, id);
  }

  private JsonNode device() {
    return gateway.get("/api/v1/devices/" + id, TrialGateway.user(org, Role.VIEWER)).json();
  }

  private static String instant() {
    return "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  }

  @Nested
  class When_it_connects {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "'capabilities':{'deliveryAck':true}",
          "'capabilities':['deliveryAck']",
          "'capabilities':['other']",
          "'capabilities':{}",
          "'other':{'x':[1,2,null]}"
        })
    void config_is_the_first_it_hears_whatever_it_can_do(String more) {
      try (var client =
          OfficialClient.with(gateway.url(), "{'token':'" + token() + "'," + more + "}")) {
        var config = client.next("config");
        assertEquals(15_000, config.path("heartbeatInterval").asInt());
        assertEquals(524_288_000, config.path("cacheSize").asInt());
        assertTrue(config.path("autoUpdate").asBoolean());
        assertTrue(config.path("qrOverlay").isNull());
        assertEquals(List.of("connect", "config"), client.names());
      }
    }

    @Test
    void polling_and_its_upgrade_serve_as_well() {
      for (var transports :
          List.of(new String[] {"polling"}, new String[] {"polling", "websocket"})) {
        try (var client =
            OfficialClient.with(
                gateway.url(), "{'token':'" + token() + "'}", options(transports))) {
          client.next("config");
          assertTrue(client.asks("heartbeat", json("{}")).path("success").asBoolean());
        }
      }
    }

    @Test
    void it_is_enrolled_by_its_claims_and_is_online() {
      try (var _ = screen(gateway, org, id)) {
        assertEquals("online", device().path("status").asText());
        assertEquals(org, device().path("organizationId").asText());
      }
    }

    @Test
    void what_it_said_in_the_same_moment_is_not_lost() {
      var client = OfficialClient.with(gateway.url(), "{'token':'" + token() + "'}");
      try (client) {
        assertTrue(client.asks("heartbeat", json("{}")).path("success").asBoolean());
      }
    }
  }

  @Nested
  class When_it_beats {
    @ParameterizedTest
    @ValueSource(
        strings = {
          // Electron
          "{'timestamp':1767000000000,'metrics':{'cpuUsage':12.5,'memoryUsage':40,'storageUsed':0},"
              + "'currentContent':null,'status':'online','screenState':'playing','playbackSource':'live'}",
          // television
          "{'uptime':3600,'appVersion':'2.1.0','contentVersion':'','metrics':{'cpuUsage':0,'memoryUsage':33.1},"
              + "'screenState':'playing','playbackSource':'cached','currentContent':{'contentId':'c-1'}}",
          // browser display
          "{'timestamp':'2026-11-21T08:00:00.000Z','metrics':{'cpuUsage':0,'memoryUsage':12,'uptime':5},"
              + "'currentContent':'c-1','status':'online'}",
          "{}",
          "{'metrics':'much','uptime':{},'appVersion':17,'screenState':[],'currentContent':5}",
          "{'metrics':{'cpuUsage':'12','memoryUsage':-5},'appVersion':null,'fresh':{'deep':[[[1]]]}}"
        })
    void every_form_is_answered_in_the_same_envelope(String beat) {
      try (var client = screen(gateway, org, id)) {
        assertAnswered(client.asks("heartbeat", json(beat)));
        assertEquals(List.of(), client.all("error"));
      }
    }

    @Test
    void even_null_text_a_list_and_nothing_at_all_are_answered() {
      try (var client = screen(gateway, org, id)) {
        assertAnswered(client.asks("heartbeat", JSONObject.NULL));
        assertAnswered(client.asks("heartbeat", "text"));
        assertAnswered(client.asks("heartbeat", 5));
        assertAnswered(client.asks("heartbeat", new JSONArray()));
        assertAnswered(client.asks("heartbeat"));
        client.says("heartbeat", json("{}"));
        assertAnswered(client.asks("heartbeat", json("{}")));
      }
    }

    private void assertAnswered(JsonNode ack) {
      assertEquals(
          "{\"success\":true,\"data\":{\"reconcileContent\":false,\"nextHeartbeatIn\":15000,\"commands\":[]},\"timestamp\":\"T\"}",
          sorted(ack).replaceFirst(instant(), "T"));
    }

    // The client's own JSON objects have no order.
    private String sorted(JsonNode ack) {
      var data = ack.path("data");
      return "{\"success\":%s,\"data\":{\"reconcileContent\":%s,\"nextHeartbeatIn\":%s,\"commands\":%s},\"timestamp\":%s}"
          .formatted(
              ack.path("success"),
              data.path("reconcileContent"),
              data.path("nextHeartbeatIn"),
              data.path("commands"),
              ack.path("timestamp"));
    }

    @Test
    void its_version_and_load_are_seen_by_REST() {
      try (var client = screen(gateway, org, id)) {
        client.asks(
            "heartbeat",
            json("{'appVersion':'2.1.0','metrics':{'cpuUsage':12.5,'memoryUsage':40}}"));
        assertEquals("2.1.0", device().path("appVersion").asText());
        assertEquals(12.5, device().path("load").path("cpu").asDouble());
        assertTrue(device().path("lastSeen").asText().matches(instant()));
      }
    }
  }

  @Nested
  class When_it_is_told_to_do_something {
    @Test
    void the_command_has_a_type_an_id_a_payload_and_a_time() {
      try (var client = screen(gateway, org, id)) {
        var path =
            gateway.command(org, id, "{'type':'push_content','payload':{'b':1,'a':[null,'x']}}");
        var command = client.next("command");
        assertEquals("push_content", command.path("type").asText());
        assertTrue(path.endsWith("/" + command.path("commandId").asText()), path);
        assertEquals("{\"a\":[null,\"x\"],\"b\":1}", withOrder(command.path("payload")));
        assertTrue(command.path("timestamp").asText().matches(instant()));
        var done = gateway.commandIs(org, path, "acknowledged");
        assertEquals(List.of("queued", "sent", "acknowledged"), states(done));
        var sent = done.path("timeline").get(1);
        assertEquals(1, sent.path("attempt").asInt());
        assertEquals(1, sent.path("epoch").asInt());
      }
    }

    private String withOrder(JsonNode payload) {
      return "{\"a\":%s,\"b\":%s}".formatted(payload.path("a"), payload.path("b"));
    }

    @Test
    void any_answer_that_is_not_a_refusal_counts_as_done() {
      var answers =
          List.of(
              new Object[] {json("{'ok':true}")},
              new Object[] {json("{}")},
              new Object[] {},
              new Object[] {"fine"},
              new Object[] {JSONObject.NULL},
              new Object[] {json("{'ok':'false'}")},
              new Object[] {json("{'ok':true,'status':'done'}"), "more"});
      for (Object[] answer : answers) {
        try (var _ = screen(gateway, org, id, _ -> answer)) {
          gateway.commandIs(org, gateway.command(org, id, "{'type':'screenshot'}"), "acknowledged");
        }
      }
    }

    @Test
    void a_refusal_fails_it_with_the_reason_given() {
      try (var _ =
          screen(gateway, org, id, _ -> new Object[] {json("{'ok':false,'error':'no disk'}")})) {
        var failed =
            gateway.commandIs(org, gateway.command(org, id, "{'type':'reboot'}"), "failed");
        assertEquals("no disk", failed.path("timeline").path(2).path("reason").asText());
      }
      try (var _ = screen(gateway, org, id, _ -> new Object[] {json("{'ok':false}")})) {
        gateway.commandIs(org, gateway.command(org, id, "{'type':'reload'}"), "failed");
      }
    }

    @Test
    void what_it_does_not_know_is_told_as_unsupported() {
      try (var _ =
          screen(
              gateway, org, id, _ -> new Object[] {json("{'ok':true,'status':'unsupported'}")})) {
        gateway.commandIs(org, gateway.command(org, id, "{'type':'update'}"), "unsupported");
      }
    }

    @Test
    void a_client_that_cannot_acknowledge_leaves_it_sent_and_gets_the_next_at_once() {
      try (var client = OfficialClient.with(gateway.url(), "{'token':'" + token() + "'}")) {
        client.next("config");
        var paths =
            List.of(
                gateway.command(org, id, "{'type':'pause'}"),
                gateway.command(org, id, "{'type':'resume'}"));
        assertEquals("pause", client.next("command").path("type").asText());
        assertEquals("resume", client.next("command").path("type").asText());
        for (String path : paths) {
          var sent = gateway.commandIs(org, path, "sent");
          assertTrue(
              StreamSupport.stream(sent.path("timeline").spliterator(), false)
                  .anyMatch(step -> step.path("reason").asText().equals("unconfirmed")),
              sent::toString);
        }
        assertEquals(0, device().path("pendingCommands").asInt());
      }
    }

    @Test
    void silence_is_asked_again_with_the_same_id_and_time_until_the_attempts_are_used() {
      try (var client = screen(gateway, org, id, Reaction.SILENT)) {
        var path = gateway.command(org, id, "{'type':'pause','payload':{'n':1}}");
        var first = client.next("command");
        assertEquals(first, client.next("command"));
        assertEquals(first, client.next("command"));
        var failed = gateway.commandIs(org, path, "failed");
        assertEquals(List.of("queued", "sent", "sent", "sent", "failed"), states(failed));
        assertEquals(3, client.all("command").size());
      }
    }

    @Test
    void a_late_ack_still_counts() {
      try (var client = screen(gateway, org, id, Reaction.SILENT)) {
        var path = gateway.command(org, id, "{'type':'pause'}");
        client.next("command");
        client.next("command"); // the first was given up
        client.answersLate(json("{'ok':true}"));
        gateway.commandIs(org, path, "acknowledged");
      }
    }

    @Test
    void a_new_connection_gets_it_again_at_once_byte_for_byte() {
      JsonNode first;
      String path;
      try (var client = screen(gateway, org, id, Reaction.SILENT)) {
        path = gateway.command(org, id, "{'type':'push_content','payload':{'x':1.50}}");
        first = client.next("command");
      }
      try (var client = screen(gateway, org, id)) {
        assertEquals(first, client.next("command"));
        var done = gateway.commandIs(org, path, "acknowledged");
        assertEquals(2, done.path("timeline").get(2).path("epoch").asInt());
      }
    }

    @Test
    void a_reload_whose_ack_died_with_the_page_is_done_once() {
      String path;
      try (var client = screen(gateway, org, id, Reaction.SILENT)) {
        path = gateway.command(org, id, "{'type':'reload'}");
        client.next("command");
      }
      try (var client = screen(gateway, org, id)) {
        var done = gateway.commandIs(org, path, "acknowledged");
        assertEquals("reconnected", done.path("timeline").get(2).path("evidence").asText());
        gateway.commandIs(org, gateway.command(org, id, "{'type':'pause'}"), "acknowledged");
        assertEquals("pause", client.next("command").path("type").asText());
        assertEquals(1, client.all("command").size());
      }
    }

    @Test
    void what_waited_for_it_comes_in_order_one_after_the_other() {
      gateway.post("/api/v1/devices", TrialGateway.user(org, Role.OPERATOR), "{'id':'" + id + "'}");
      var paths =
          IntStream.range(0, 12)
              .mapToObj(n -> gateway.command(org, id, "{'type':'pause','payload':{'n':" + n + "}}"))
              .toList();
      try (var client = screen(gateway, org, id)) {
        for (int n = 0; n < 12; n++) {
          assertEquals(n, client.next("command").path("payload").path("n").asInt());
        }
        paths.forEach(path -> gateway.commandIs(org, path, "acknowledged"));
        assertEquals(List.of("connect", "config", "command"), client.names().subList(0, 3));
      }
    }

    @Test
    void the_next_waits_while_one_is_in_flight() {
      try (var client = screen(gateway, org, id, Reaction.SILENT)) {
        gateway.command(org, id, "{'type':'pause'}");
        var second = gateway.command(org, id, "{'type':'resume'}");
        assertEquals("pause", client.next("command").path("type").asText());
        assertEquals(
            "queued", gateway.get(second, TrialGateway.user(org, Role.VIEWER)).text("state"));
        client.reacts(Reaction.OK).answersLate(json("{'ok':true}"));
        assertEquals("resume", client.next("command").path("type").asText());
      }
    }
  }

  static List<String> states(JsonNode command) {
    return StreamSupport.stream(command.path("timeline").spliterator(), false)
        .map(step -> step.path("state").asText())
        .toList();
  }

  @Nested
  class When_another_connection_of_it_comes {
    @Test
    void the_older_is_disconnected_for_good_and_the_newer_owns_it() throws Exception {
      try (var watching = tab();
          var older = screen(gateway, org, id)) {
        eventually("seen online", () -> statuses(watching).contains("online"));
        try (var newer = screen(gateway, org, id)) {
          assertEquals("io server disconnect", older.next("disconnect").asText());
          assertFalse(older.isActive());
          gateway.commandIs(org, gateway.command(org, id, "{'type':'pause'}"), "acknowledged");
          assertEquals(1, newer.all("command").size());
          assertEquals(0, older.all("command").size());
          assertEquals("online", device().path("status").asText());
          assertEquals(2, device().path("epoch").asInt());
          // A device that goes now is told missing after one that was lost before would have been.
          screen(gateway, org, id + "-b").close();
          eventually("the other is missing", () -> missing(watching).contains(id + "-b"));
          assertFalse(missing(watching).contains(id), () -> watching.heard().toString());
        }
      }
    }

    private OfficialClient tab() {
      var tab =
          OfficialClient.with(
              gateway.url(), "{'token':'" + TrialGateway.user(org, Role.VIEWER) + "'}");
      tab.next("connect");
      return tab;
    }

    private List<String> missing(OfficialClient tab) {
      return tab.all("device:status").stream()
          .filter(s -> s.path("status").asText().equals("offline"))
          .map(s -> s.path("deviceId").asText())
          .toList();
    }

    private List<String> statuses(OfficialClient tab) {
      return tab.all("device:status").stream().map(s -> s.path("status").asText()).toList();
    }
  }

  @Nested
  class When_it_goes {
    @Test
    void a_goodbye_makes_it_reconnecting_and_after_the_grace_offline() {
      screen(gateway, org, id).close();
      eventually("away", () -> device().path("status").asText().equals("reconnecting"));
      eventually("offline", () -> device().path("status").asText().equals("offline"));
    }

    @Test
    void a_broken_transport_brings_it_back_by_itself() {
      try (var client = screen(gateway, org, id)) {
        client.next("connect");
        client.breaks();
        client.next("disconnect");
        client.next("connect");
        client.next("config");
        assertEquals("online", device().path("status").asText());
      }
    }
  }

  @Nested
  class When_it_says_what_is_not_built_or_unknown {
    @Test
    void every_event_with_an_ack_is_answered_and_no_error_event_comes() {
      try (var client = screen(gateway, org, id)) {
        assertTrue(
            client
                .asks("playlist:request", json("{'forceRefresh':false}"))
                .path("success")
                .asBoolean());
        assertTrue(
            client
                .asks("playlist:request", json("{'forceRefresh':false}"))
                .path("data")
                .path("playlist")
                .isNull());
        for (String event : List.of("screenshot:response")) {
          var ack = client.asks(event, json("{'contentId':'c','timestamp':1}"));
          assertEquals("not_supported", ack.path("error").asText());
          assertTrue(ack.path("timestamp").asText().matches(instant()));
        }
        assertFalse(client.asks("something:else", 1, 2, 3).path("success").asBoolean());
        assertFalse(
            client
                .asks("join:organization", json("{'organizationId':'x'}"))
                .path("success")
                .asBoolean());
        assertEquals(List.of(), client.all("error"));
        assertTrue(client.isConnected());
      }
    }

    @Test
    void it_is_in_its_own_room_and_in_no_other() {
      try (var client = screen(gateway, org, id)) {
        var own = client.asks("join:room", json("{'room':'device:" + id + "'}"));
        assertEquals("device:" + id, own.path("data").path("room").asText());
        var other = client.asks("join:room", json("{'room':'device:other'}"));
        assertEquals("Unauthorized: cannot join this device room", other.path("error").asText());
        assertFalse(
            client
                .asks("join:room", json("{'room':'org:" + org + "'}"))
                .path("success")
                .asBoolean());
        assertEquals(
            "Room name required", client.asks("join:room", json("{}")).path("error").asText());
        assertEquals(List.of(), client.all("error"));
      }
    }

    @Test
    void nothing_that_dashboards_hear_reaches_it() {
      try (var client = screen(gateway, org, id);
          var _ = screen(gateway, org, id + "-b")) {
        gateway.commandIs(org, gateway.command(org, id, "{'type':'pause'}"), "acknowledged");
        client.asks("heartbeat", json("{}"));
        assertEquals(List.of("connect", "config", "command"), client.names());
      }
    }
  }

  @Nested
  class When_it_floods {
    @Test
    void the_rest_is_shed_and_answered_and_the_socket_stays() {
      try (var client = screen(gateway, org, id)) {
        var asked =
            IntStream.range(0, 300).mapToObj(_ -> client.ask("heartbeat", json("{}"))).toList();
        var answers = asked.stream().map(a -> a.orTimeout(5, TimeUnit.SECONDS).join()).toList();
        var shed = answers.stream().filter(a -> !a.path("success").asBoolean()).toList();
        assertTrue(shed.size() > 100 && shed.size() < 300, "shed " + shed.size());
        assertEquals("rate_limited", shed.getFirst().path("error").asText());
        assertTrue(shed.getFirst().path("timestamp").asText().matches(instant()));
        eventually(
            "it is heard again",
            () -> client.asks("heartbeat", json("{}")).path("success").asBoolean());
        assertEquals(List.of("connect", "config"), client.names());
      }
    }
  }

  @Nested
  class When_its_credential_is_no_longer_good {
    @Test
    void a_revocation_reaches_it_and_it_is_refused_when_it_comes_again() {
      var admin = TrialGateway.user(org, Role.ADMIN);
      gateway.post("/api/v1/devices", admin, "{'id':'" + id + "'}").is(201);
      var token =
          gateway.post("/api/v1/devices/" + id + "/tokens", admin, "{}").is(201).text("token");
      assertRevoked(
          token, () -> gateway.delete("/api/v1/devices/" + id + "/tokens", admin).is(204));
      assertEquals("reconnecting", device().path("status").asText());
      // A new token opens the door again.
      var next =
          gateway.post("/api/v1/devices/" + id + "/tokens", admin, "{}").is(201).text("token");
      try (var client = OfficialClient.with(gateway.url(), "{'token':'" + next + "'}")) {
        client.next("config");
      }
    }

    @Test
    void a_retirement_reaches_it_and_cancels_what_it_had_to_do() {
      var admin = TrialGateway.user(org, Role.ADMIN);
      var tokens = token();
      List<String> paths;
      try (var silent = screen(gateway, org, id, Reaction.SILENT)) {
        paths =
            List.of(
                gateway.command(org, id, "{'type':'pause'}"),
                gateway.command(org, id, "{'type':'resume'}"));
        gateway.delete("/api/v1/devices/" + id, admin).is(204);
        silent.next("device:revoked");
      }
      paths.forEach(path -> assertEquals("cancelled", gateway.get(path, admin).text("state")));
      assertTrue(device().path("retired").asBoolean());
      assertTurnedAway(tokens);
    }

    private void assertRevoked(String token, Runnable revoke) {
      try (var client = OfficialClient.with(gateway.url(), "{'token':'" + token + "'}")) {
        client.next("config");
        revoke.run();
        assertEquals("io server disconnect", client.next("disconnect").asText());
        var names = client.names();
        assertEquals(
            List.of("device:revoked", "error", "disconnect"),
            names.subList(names.size() - 3, names.size()));
        assertTrue(client.next("device:revoked").has("reason"));
        assertEquals("device_token_stale", client.next("error").path("message").asText());
        assertFalse(client.isActive());
      }
      assertTurnedAway(token);
    }

    private void assertTurnedAway(String token) {
      try (var client = OfficialClient.with(gateway.url(), "{'token':'" + token + "'}")) {
        var refused = client.next("connect_error");
        assertEquals("device_token_stale", refused.path("message").asText());
        assertEquals("DEVICE_REVOKED", refused.path("data").path("code").asText());
        assertFalse(client.isActive());
      }
    }

    @Test
    void a_disabled_device_keeps_its_socket_and_gets_no_commands() {
      var operator = TrialGateway.user(org, Role.OPERATOR);
      try (var client = screen(gateway, org, id)) {
        gateway.post("/api/v1/devices/" + id + "/disable", operator, "").is(200);
        assertTrue(client.asks("heartbeat", json("{}")).path("success").asBoolean());
        var refused =
            gateway
                .post("/api/v1/devices/" + id + "/commands", operator, "{'type':'pause'}")
                .is(409);
        assertEquals("device_disabled", refused.text("code"));
        assertTrue(client.isConnected());
      }
    }
  }
}
