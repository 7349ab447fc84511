package io.muster.http.api;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.http.auth.Role;
import io.muster.support.Contract;
import io.muster.support.FakeDevice;
import io.muster.support.HttpCaller;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.PlainSocket;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of an existing back end; its patience is scaled down with ours. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BackEndOverHttpTest {
  private static final String PLAYLIST = "/api/push/playlist";
  private static final String CONTENT = "/api/push/content";
  private static final String COMMAND = "/api/internal/command";
  private static final String BROADCAST = "/api/commands/broadcast";
  private static final String NOTIFY = "/api/notifications/broadcast";
  private static final String REVOKED = "/api/internal/device-revoked";
  private static final String ENTITLEMENT = "/api/internal/tenant-entitlement";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Contract CONTRACT = new Contract();

  private static TestGateway gateway;
  private static HttpCaller backEnd;
  private Tenant acme;

  @BeforeAll
  static void open() {
    gateway =
        TestGateway.embedded(
            Map.of(
                "muster.back-end.playlist-answer", "500ms",
                "muster.back-end.command-answer", "700ms",
                "muster.back-end.broadcast-answer", "2500ms"));
    backEnd =
        gateway
            .anonymous()
            .with("x-internal-api-key", gateway.settings().secrets().internal().orElseThrow())
            .before(CONTRACT::hold);
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  @BeforeEach
  void an_organisation() {
    acme = Tenant.fresh(gateway);
  }

  private static Reply ask(String path, String body) {
    return backEnd.post(path, json(body));
  }

  private static JsonNode read(String singleQuoted) {
    try {
      return JSON.readTree(json(singleQuoted));
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(singleQuoted, e);
    }
  }

  private static void succeeded(Reply reply) {
    assertEquals(201, reply.status());
    assertTrue(reply.json().get("success").asBoolean(), reply::body);
    assertTrue(reply.json().get("message").isTextual());
  }

  private static void failed(String message, Reply reply) {
    assertEquals(201, reply.status());
    assertEquals(read("{'success':false,'message':'%s'}".formatted(message)), reply.json());
  }

  /** A device of the organisation, connected. */
  private FakeDevice connected(String device) {
    return acme.connects(device);
  }

  @Nested
  class The_key {
    @ParameterizedTest
    @ValueSource(strings = {PLAYLIST, CONTENT, COMMAND, BROADCAST, NOTIFY, REVOKED, ENTITLEMENT})
    void is_asked_for_before_anything_else(String path) {
      for (HttpCaller stranger :
          List.of(
              gateway.anonymous(),
              gateway.anonymous().with("x-internal-api-key", "x".repeat(40)),
              gateway.admin(acme.org()))) {
        var reply = stranger.before(CONTRACT::hold).post(path, "{not even JSON");
        assertEquals(401, reply.status());
        assertTrue(reply.json().get("message").isTextual());
        assertEquals("Unauthorized", reply.json().get("error").asText());
        assertEquals(401, reply.json().get("statusCode").asInt());
        assertEquals(3, reply.json().size());
      }
    }
  }

  @Nested
  class A_body {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "/api/push/playlist              | {}                                               | deviceId must be a string",
          "/api/push/playlist              | {'deviceId':'','playlist':{}}                    | deviceId should not be empty",
          "/api/push/playlist              | {'deviceId':'a','playlist':[]}                   | playlist must be an object",
          "/api/push/content               | {'deviceId':'a'}                                 | content must be an object",
          "/api/push/content               | {'deviceId':'a','content':{},'duration':'5'}     | duration must be a positive number",
          "/api/internal/command           | {'deviceId':'a'}                                 | command must be an object",
          "/api/internal/command           | {'deviceId':'a','command':{'type':'explode'}}    | command.type must be one of the following values: reload, restart, update, update_config, clear_cache, screenshot, reboot, skip_content, pause, resume, push_content, disable, enable, clear_override",
          "/api/internal/command           | {'deviceId':'a','command':{'type':'reload','payload':1}} | command.payload must be an object",
          "/api/internal/command           | {'deviceId':'a','command':{'type':'reload','commandId':'a b'}} | command.commandId must be 1 to 128 printable ASCII characters",
          "/api/commands/broadcast         | {'deviceIds':'a','command':{'type':'reload'}}    | deviceIds must be an array",
          "/api/commands/broadcast         | {'deviceIds':[1],'command':{'type':'reload'}}    | each value in deviceIds must be a string",
          "/api/notifications/broadcast    | {'organizationId':'a','notification':'x'}        | notification must be an object",
          "/api/notifications/broadcast    | {'notification':{}}                              | organizationId must be a string",
          "/api/internal/device-revoked    | {'reason':'deleted'}                             | deviceId must be a string",
          "/api/internal/tenant-entitlement| {'organizationId':'a','state':'gone'}            | state must be one of the following values: suspended, resumed"
        })
    void that_lacks_something_is_told_so(String path, String body, String complaint) {
      var reply = ask(path, body);
      assertEquals(400, reply.status());
      assertEquals("Bad Request", reply.json().get("error").asText());
      assertEquals(400, reply.json().get("statusCode").asInt());
      assertTrue(
          reply.json().get("message").toString().contains('"' + complaint + '"'), reply::body);
    }

    @Test
    void that_is_wrong_in_many_ways_is_told_of_all() {
      assertEquals(
          read(
              "['deviceId must be a string','deviceId should not be empty','playlist must be an object']"),
          ask(PLAYLIST, "{}").json().get("message"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "1"})
    void that_is_no_object_is_a_bad_request(String body) {
      var reply = backEnd.post(PLAYLIST, body);
      assertEquals(400, reply.status());
      assertTrue(reply.json().get("message").isArray());
    }

    @Test
    void may_have_fields_that_nobody_asks_for() {
      succeeded(ask(REVOKED, "{'deviceId':'%s','by':'admin'}".formatted(fresh("nobody"))));
    }

    @Test
    void rule_44_may_be_a_large_playlist_and_is_refused_as_too_large_beyond() {
      var playlist = "{'deviceId':'%s','playlist':{'id':'p','x':'%s'}}";
      assertEquals(
          201, ask(PLAYLIST, playlist.formatted(fresh("nobody"), "x".repeat(1_900_000))).status());
      var reply = ask(PLAYLIST, playlist.formatted("a", "x".repeat(2_200_000)));
      assertEquals(413, reply.status());
      assertEquals("Payload Too Large", reply.json().get("error").asText());
      assertEquals(413, reply.json().get("statusCode").asInt());
    }

    @Test
    void takes_a_thousand_devices_and_no_more() {
      var ids = IntStream.range(0, 1_001).mapToObj(i -> "'no-" + i + "'").toList();
      var body = "{'deviceIds':[%s],'command':{'type':'reload'}}";
      var reply = ask(BROADCAST, body.formatted(String.join(",", ids)));
      assertEquals(400, reply.status());
      assertEquals(
          "deviceIds must contain no more than 1000 elements",
          reply.json().at("/message/0").asText());
      assertEquals(
          read("{'devicesOnline':0,'delivered':0,'queued':0,'failed':1000}"),
          ask(BROADCAST, body.formatted(String.join(",", ids.subList(0, 1_000)))).json());
    }
  }

  @Nested
  class A_command {
    private String to(String device, String command) {
      return "{'deviceId':'%s','command':%s}".formatted(id(device), command);
    }

    @Test
    void reaches_its_device_under_the_name_that_it_was_given() throws Exception {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(
            ask(
                COMMAND,
                to(device, "{'type':'screenshot','commandId':'c-1','payload':{'requestId':'r'}}")));
        var heard = tv.heard("command").getFirst();
        assertEquals("screenshot", heard.getString("type"));
        assertEquals("c-1", heard.getString("commandId"));
        assertEquals("r", heard.getJSONObject("payload").getString("requestId"));
        assertTrue(heard.has("timestamp"));
      }
    }

    @Test
    void may_come_in_the_older_form() throws Exception {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(
            ask(
                COMMAND,
                "{'displayId':'%s','command':'update','payload':{'feedUrl':'https://u'}}"
                    .formatted(id(device))));
        assertEquals("update", tv.heard("command").getFirst().getString("type"));
      }
    }

    @Test
    void repeated_under_its_name_is_carried_out_once() {
      var device = acme.device();
      try (var tv = connected(device)) {
        var body = to(device, "{'type':'reload','commandId':'once'}");
        succeeded(ask(COMMAND, body));
        succeeded(ask(COMMAND, body));
        assertEquals(1, tv.heard("command").size());
      }
    }

    @Test
    void to_a_device_that_is_away_is_queued_and_told_so_at_once() {
      var device = acme.device();
      failed("Command delivery failed: no_sockets", ask(COMMAND, to(device, "{'type':'reload'}")));
      try (var tv = connected(device)) {
        eventually("delivered later", () -> tv.heard("command").size() == 1);
      }
    }

    @Test
    void to_nobody_reaches_nobody() {
      for (String nobody : List.of(fresh("nobody"), "no name at all", "me")) {
        failed(
            "Command delivery failed: no_sockets",
            ask(COMMAND, "{'deviceId':'%s','command':{'type':'reload'}}".formatted(nobody)));
      }
    }

    @Test
    void rule_43_to_a_silent_device_is_answered_before_the_caller_gives_up() {
      var device = acme.device();
      try (var _ = connected(device).fallsSilent()) {
        failed(
            "Command delivery failed: ack_timeout", ask(COMMAND, to(device, "{'type':'reload'}")));
        assertEquals(1, acme.viewer().get(device).json().get("pendingCommands").asInt());
      }
    }

    @Test
    void that_a_device_refuses_has_failed() {
      var device = acme.device();
      try (var _ = connected(device).answers("{'ok':false,'error':'disk'}")) {
        failed(
            "Command delivery failed: negative_ack", ask(COMMAND, to(device, "{'type':'update'}")));
      }
    }

    @Test
    void rule_42_that_a_device_does_not_support_has_failed() {
      var device = acme.device();
      try (var _ = connected(device).answers("{'ok':true,'status':'unsupported'}")) {
        failed(
            "Command delivery failed: unsupported", ask(COMMAND, to(device, "{'type':'reboot'}")));
      }
    }

    @Test
    void to_disable_keeps_the_socket_and_refuses_what_follows_until_enabled() {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(ask(COMMAND, to(device, "{'type':'disable'}")));
        assertTrue(acme.viewer().get(device).json().get("disabled").asBoolean());
        failed(
            "Command delivery failed: device_disabled",
            ask(COMMAND, to(device, "{'type':'reload'}")));
        succeeded(ask(COMMAND, to(device, "{'type':'enable'}")));
        succeeded(ask(COMMAND, to(device, "{'type':'reload'}")));
        assertTrue(tv.isConnected());
      }
    }
  }

  @Nested
  class Pushed_content {
    private String to(String device, String more) {
      return "{'deviceId':'%s','content':{'id':'c','name':'n','type':'image','url':'https://x/y.png'}%s}"
          .formatted(id(device), more);
    }

    @Test
    void rule_47_is_shown_for_minutes() throws Exception {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(ask(CONTENT, to(device, ",'duration':12")));
        succeeded(ask(CONTENT, to(device, "")));
        var first = tv.heard("command").get(0);
        assertEquals("push_content", first.getString("type"));
        assertEquals(12, first.getJSONObject("payload").getInt("duration"));
        assertEquals(
            "https://x/y.png",
            first.getJSONObject("payload").getJSONObject("content").getString("url"));
        assertEquals(5, tv.heard("command").get(1).getJSONObject("payload").getInt("duration"));
      }
    }

    @Test
    void that_cannot_be_shown_now_waits_for_five_minutes() {
      var device = acme.device();
      failed("Content push failed: no_sockets", ask(CONTENT, to(device, "")));
      var command = acme.viewer().get(device + "/commands").json().at("/items/0");
      var queued = java.time.Instant.parse(command.at("/timeline/0/at").asText());
      assertEquals(
          queued.plusSeconds(300), java.time.Instant.parse(command.get("expiresAt").asText()));
    }
  }

  @Nested
  class A_broadcast {
    @Test
    void counts_who_was_there_and_what_became_of_it() {
      var good = acme.device();
      var away = acme.device();
      var silent = acme.device();
      var refusing = acme.device();
      try (var tv = connected(good);
          var _ = connected(silent).fallsSilent();
          var _ = connected(refusing).answers("{'ok':false}")) {
        var ids =
            List.of(id(good), id(away), id(silent), id(refusing), fresh("nobody"), id(good))
                .stream()
                .map(name -> "'" + name + "'")
                .collect(joining(","));
        var reply =
            ask(
                BROADCAST,
                "{'deviceIds':[%s],'command':{'type':'reload','commandId':'all'}}".formatted(ids));
        assertEquals(201, reply.status());
        assertEquals(read("{'devicesOnline':3,'delivered':1,'queued':2,'failed':2}"), reply.json());
        assertEquals(1, tv.heard("command").size());
      }
    }

    @Test
    void to_a_thousand_silent_devices_is_answered_in_time_and_so_is_everybody_else()
        throws Exception {
      var ids = IntStream.range(0, 1_000).mapToObj(i -> acme.org() + "-" + i).toList();
      var fleet = connect(ids);
      var other = acme.device();
      try (var _ = connected(other)) {
        var body =
            "{'deviceIds':[%s],'command':{'type':'reload','commandId':'all'}}"
                .formatted(ids.stream().map(name -> "'" + name + "'").collect(joining(",")));
        var broadcast = CompletableFuture.supplyAsync(() -> timed(() -> ask(BROADCAST, body)));

        int rounds = 0;
        while (!broadcast.isDone()) {
          rounds++;
          within(
              5,
              () ->
                  ask(
                      PLAYLIST,
                      "{'deviceId':'%s','playlist':{'id':'p','items':[]}}".formatted(id(other))));
          within(
              3,
              () ->
                  ask(
                      NOTIFY,
                      "{'organizationId':'%s','notification':{'id':'n'}}".formatted(acme.org())));
          within(
              10,
              () ->
                  ask(
                      ENTITLEMENT,
                      "{'organizationId':'%s','state':'%s'}".formatted(fresh("org"), "suspended")));
        }

        assertTrue(rounds > 0);
        var tally = broadcast.get().reply().json();
        assertTrue(broadcast.get().took().compareTo(Duration.ofSeconds(15)) < 0);
        assertEquals(0, tally.get("delivered").asInt(), tally::toString);
        assertEquals(1_000, tally.get("queued").asInt() + tally.get("failed").asInt());
        assertTrue(tally.get("queued").asInt() > 0, tally::toString);
      } finally {
        fleet.forEach(PlainSocket::close);
      }
    }

    private record Timed(Reply reply, Duration took) {}

    private static Timed timed(Supplier<Reply> request) {
      long began = System.nanoTime();
      return new Timed(request.get(), Duration.ofNanos(System.nanoTime() - began));
    }

    private static void within(int seconds, Supplier<Reply> request) {
      var timed = timed(request);
      assertEquals(201, timed.reply().status());
      assertTrue(timed.took().compareTo(Duration.ofSeconds(seconds)) < 0, timed::toString);
    }

    /** Not all at once: the door takes so many strangers at a time. */
    private List<PlainSocket> connect(List<String> ids) throws InterruptedException {
      var atOnce = new Semaphore(50);
      var opening = new ArrayList<CompletableFuture<PlainSocket>>();
      for (String id : ids) {
        atOnce.acquire();
        opening.add(
            PlainSocket.device(gateway, acme.org(), id).whenComplete((_, _) -> atOnce.release()));
      }
      var fleet = opening.stream().map(CompletableFuture::join).toList();
      eventually(
          "all are let in", () -> fleet.stream().noneMatch(d -> d.heard("config").isEmpty()));
      return fleet;
    }
  }

  @Nested
  class A_notification {
    @Test
    void rule_62_is_for_the_dashboards_of_its_organisation_and_for_no_device() {
      var device = acme.device();
      try (var tv = connected(device);
          var dashboard = dashboard(acme.org());
          var stranger = dashboard(fresh("other"))) {
        succeeded(
            ask(
                NOTIFY,
                "{'organizationId':'%s','notification':{'id':'n-1','type':'t','userId':' '}}"
                    .formatted(acme.org())));
        eventually("told", () -> !dashboard.heard("notification:new").isEmpty());
        var told = dashboard.heard("notification:new").getFirst();
        assertEquals("n-1", told.get("id").asText());
        assertEquals(24, told.get("timestamp").asText().length());
        // What comes later has come, and this has not.
        succeeded(
            ask(COMMAND, "{'deviceId':'%s','command':{'type':'reload'}}".formatted(id(device))));
        assertEquals(List.of(), tv.heard("notification:new"));
        assertEquals(List.of(), stranger.heard("notification:new"));
      }
    }

    @Test
    void of_one_user_is_for_that_user_only() {
      try (var mine = dashboard(acme.org());
          var others = PlainSocket.dashboard(gateway, gateway.userToken(acme.org(), Role.ADMIN))) {
        // Users of tests are called after their role.
        succeeded(
            ask(
                NOTIFY,
                "{'organizationId':'%s','notification':{'id':'n','userId':'viewer'}}"
                    .formatted(acme.org())));
        succeeded(
            ask(
                NOTIFY,
                "{'organizationId':'%s','notification':{'id':'all'}}".formatted(acme.org())));
        eventually("all", () -> mine.heard("notification:new").size() == 2);
        eventually("one", () -> others.heard("notification:new").size() == 1);
        assertEquals("all", others.heard("notification:new").getFirst().get("id").asText());
      }
    }
  }

  private static PlainSocket dashboard(String org) {
    return PlainSocket.dashboard(gateway, gateway.userToken(org, Role.VIEWER));
  }

  @Nested
  class A_revocation {
    private Reply revoke(String device, String reason) {
      return ask(REVOKED, "{'deviceId':'%s','reason':'%s'}".formatted(device, reason));
    }

    @Test
    void rule_18_ends_the_live_socket() {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(revoke(id(device), "blocked"));
        eventually(
            "told and gone", () -> !tv.heard("device:revoked").isEmpty() && !tv.isConnected());
      }
      assertFalse(acme.viewer().get(device).json().path("retired").asBoolean());
    }

    @Test
    void of_a_deleted_device_retires_it() {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(revoke(id(device), "deleted"));
        eventually("gone", () -> !tv.isConnected());
      }
      assertTrue(acme.viewer().get(device).json().get("retired").asBoolean());
      succeeded(revoke(id(device), "deleted"));
    }

    @Test
    void of_a_device_that_is_away_or_unknown_is_a_success_too() {
      succeeded(revoke(id(acme.device()), "blocked"));
      succeeded(revoke(fresh("nobody"), "deleted"));
      succeeded(ask(REVOKED, "{'deviceId':'%s'}".formatted(fresh("nobody"))));
    }
  }

  @Nested
  class A_suspended_organisation {
    private Reply becomes(String state) {
      return ask(
          ENTITLEMENT,
          "{'organizationId':'%s','state':'%s','reason':'billing'}".formatted(acme.org(), state));
    }

    @Test
    void is_told_to_its_devices_and_dashboards_and_nobody_is_disconnected() throws Exception {
      var device = acme.device();
      try (var tv = connected(device);
          var dashboard = dashboard(acme.org());
          var stranger = FakeDevice.connects(gateway, fresh("other"), fresh("tv"))) {
        succeeded(becomes("suspended"));
        eventually("told", () -> !tv.heard("tenant:suspended").isEmpty());
        assertEquals("billing", tv.heard("tenant:suspended").getFirst().getString("reason"));
        eventually("dashboards too", () -> !dashboard.heard("tenant:suspended").isEmpty());

        succeeded(becomes("resumed"));
        eventually("told", () -> !tv.heard("tenant:resumed").isEmpty());
        eventually("dashboards too", () -> !dashboard.heard("tenant:resumed").isEmpty());
        assertTrue(tv.isConnected());
        assertEquals(List.of(), tv.heard("error"));
        assertEquals(List.of(), stranger.heard("tenant:suspended"));
      }
    }

    @Test
    void lets_its_devices_in_and_tells_them() {
      succeeded(becomes("suspended"));
      var device = acme.device();
      eventually(
          "told at its connect",
          () -> {
            try (var tv = connected(device)) {
              // A node knows a moment after the answer.
              return !tv.heard("tenant:suspended").isEmpty() && tv.isConnected();
            }
          });
    }

    private void becomesAndIsTold(FakeDevice tv, String state) {
      succeeded(becomes(state));
      eventually("told", () -> !tv.heard("tenant:" + state).isEmpty());
    }

    @Test
    void tells_a_device_that_checks_its_good_token_to_hold() {
      var device = acme.device();
      var mine = "/api/v1/devices/auth/check";
      try (var tv = connected(device)) {
        becomesAndIsTold(tv, "suspended");
        var reply = as(device).get(mine);
        assertEquals(403, reply.status());
        assertEquals(read("{'code':'TENANT_SUSPENDED'}"), reply.json());
        assertEquals(Optional.of("no-store"), reply.header("Cache-Control"));

        becomesAndIsTold(tv, "resumed");
        assertEquals(200, as(device).get(mine).status());
      }
    }

    @Test
    void does_not_hide_from_a_device_that_it_is_revoked() {
      var device = acme.device();
      try (var tv = connected(device)) {
        becomesAndIsTold(tv, "suspended");
        var token = gateway.deviceToken(acme.org(), id(device));
        acme.admin().delete(device);
        assertEquals(410, acme.bearing(token).get("/api/v1/devices/auth/check").status());
      }
    }

    @Test
    void withholds_what_its_devices_ask_for() throws Exception {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(
            ask(
                PLAYLIST,
                "{'deviceId':'%s','playlist':{'id':'p','items':[{'contentId':'c','order':0,'content':{'id':'c','type':'image','url':'https://x/y'}}]}}"
                    .formatted(id(device))));
        becomesAndIsTold(tv, "suspended");
        var reply = as(device).get("/api/v1/devices/me/content");
        assertEquals(403, reply.status());
        assertEquals(read("{'code':'TENANT_SUSPENDED'}"), reply.json());
        assertTrue(asksForItsPlaylist(tv).isNull("playlist"));

        becomesAndIsTold(tv, "resumed");
        assertEquals(200, as(device).get("/api/v1/devices/me/content").status());
        assertEquals("p", asksForItsPlaylist(tv).getJSONObject("playlist").getString("id"));
      }
    }

    private HttpCaller as(String device) {
      return acme.bearing(gateway.deviceToken(acme.org(), id(device)));
    }

    private static org.json.JSONObject asksForItsPlaylist(FakeDevice tv) throws Exception {
      return tv.asks("playlist:request", "{'forceRefresh':false}").getJSONObject("data");
    }

    @Test
    void has_its_commands_queued() {
      var device = acme.device();
      try (var tv = connected(device)) {
        succeeded(becomes("suspended"));
        eventually("told", () -> !tv.heard("tenant:suspended").isEmpty());
        failed(
            "Command delivery failed: tenant_suspended",
            ask(COMMAND, "{'deviceId':'%s','command':{'type':'reload'}}".formatted(id(device))));
      }
    }
  }

  @Nested
  class Monitoring {
    private HttpCaller anybody() {
      return gateway.anonymous().before(CONTRACT::hold);
    }

    @Test
    void rule_71_is_told_the_health_and_the_version() {
      eventually(
          "healthy",
          () -> anybody().get("/api/health").json().get("status").asText().equals("healthy"));
      var reply = anybody().get("/api/health");
      assertEquals(200, reply.status());
      var health = reply.json();
      assertEquals("realtime-gateway", health.get("service").asText());
      assertTrue(health.get("version").isTextual());
      assertTrue(health.get("uptime").isNumber());
      assertEquals(24, health.get("timestamp").asText().length());
      assertEquals("not_configured", health.at("/dependencies/redis/status").asText());
      assertEquals("healthy", health.at("/dependencies/database/status").asText());
      assertEquals("healthy", health.at("/dependencies/websocket/status").asText());
    }

    @Test
    void finds_the_bodies_it_knows() {
      assertEquals(read("{'status':'ok'}"), anybody().get("/api/health/live").json());
      eventually("ready", () -> anybody().get("/api/health/ready").status() == 200);
      assertEquals(
          read("{'status':'ready','ready':true}"), anybody().get("/api/health/ready").json());
      assertEquals(
          read(
              "{'status':'running','service':'Vizora Realtime Gateway','version':'1.0.0','websocket':'active'}"),
          anybody().get("/api/status").json());
    }

    @Test
    void scrapes_where_it_did() {
      var reply = anybody().get("/api/internal/metrics");
      assertEquals(200, reply.status());
      assertEquals(
          Optional.of("text/plain; version=0.0.4; charset=UTF-8"), reply.header("Content-Type"));
    }
  }
}
