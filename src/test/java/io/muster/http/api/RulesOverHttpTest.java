package io.muster.http.api;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.auth.Role;
import io.muster.support.FakeDevice;
import io.muster.support.HttpCaller;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.json.JSONObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** Rules of docs/rules.md that take a whole gateway, each as its sentence. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class RulesOverHttpTest {
  // Any of these in a refusal makes a screen forget its token.
  private static final List<String> WIPING =
      List.of("unauthorized", "invalid token", "device_token_stale", "device_not_found");

  private TestGateway gateway;
  private HttpCaller backEnd;
  private Tenant acme;
  private String device;

  @BeforeEach
  void an_organisation(TestGateway one) {
    gateway = one;
    backEnd =
        one.anonymous()
            .with("x-internal-api-key", one.settings().secrets().internal().orElseThrow());
    acme = Tenant.fresh(one);
    device = acme.device();
  }

  private Reply tells(String path, String more) {
    return backEnd.post(path, json("{'deviceId':'%s',%s}".formatted(id(device), more)));
  }

  private Reply commands(String type) {
    return tells("/api/internal/command", "'command':{'type':'%s'}".formatted(type));
  }

  private Reply shows(String playlist) {
    return tells("/api/push/playlist", "'playlist':{'id':'%s','items':[]}".formatted(playlist));
  }

  private Reply overrides() {
    return tells(
        "/api/push/content",
        "'content':{'id':'c','name':'n','type':'image','url':'https://x/y.png'}");
  }

  @Test
  void rule_4_a_page_that_asks_whether_anybody_is_there_is_answered() throws Exception {
    try (var dashboard = FakeDevice.knocks(gateway, gateway.userToken(acme.org(), Role.VIEWER))) {
      assertTrue(dashboard.asks("ping", "{}").getBoolean("success"));
    }
  }

  @Test
  void rule_25_a_dashboard_in_the_room_of_a_device_is_not_taken_for_the_device() throws Exception {
    try (var dashboard = FakeDevice.knocks(gateway, gateway.userToken(acme.org(), Role.VIEWER))) {
      eventually("a dashboard", dashboard::isConnected);
      var joined = dashboard.asks("join:room", "{'room':'device:%s'}".formatted(id(device)));
      assertTrue(joined.getBoolean("success"), joined::toString);
      for (Reply reply : List.of(commands("reload"), shows("p"), overrides())) {
        assertFalse(reply.json().get("success").asBoolean(), reply::body);
        assertTrue(reply.json().get("message").asText().endsWith("no_sockets"), reply::body);
      }
      assertEquals(List.of(), dashboard.heard("command"));
      assertEquals(List.of(), dashboard.heard("playlist:update"));
    }
  }

  @Test
  void rule_28_commands_come_as_commands_and_never_in_the_answer_to_a_heartbeat() throws Exception {
    try (var tv = acme.connects(device).fallsSilent()) {
      acme.operator().post(device + "/commands", json("{'type':'reload'}"));
      acme.operator().post(device + "/commands", json("{'type':'pause'}"));
      var answer = tv.asks("heartbeat", "{}").getJSONObject("data");
      assertEquals(0, answer.getJSONArray("commands").length(), answer::toString);
      assertEquals(2, acme.viewer().get(device).json().get("pendingCommands").asInt());
      eventually("as a command", () -> tv.heard("command").size() == 1);
    }
  }

  @Test
  void rule_39_what_ends_an_override_outlasts_the_queue_of_a_screen_that_is_off() {
    overrides();
    commands("clear_override");
    var waiting = acme.viewer().get(device + "/commands").json().get("items");
    assertEquals("clear_override", waiting.get(0).get("type").asText());
    var off = Duration.between(expiry(waiting.get(1)), expiry(waiting.get(0)));
    assertTrue(off.compareTo(Duration.ofHours(23)) > 0, off::toString);
  }

  private static Instant expiry(JsonNode command) {
    return Instant.parse(command.get("expiresAt").asText());
  }

  @Test
  void rule_48_an_override_never_keeps_the_playlist_below_it_from_a_screen() {
    shows("base");
    overrides();
    try (var tv = acme.connects(device)) {
      eventually(
          "both", () -> tv.heard("playlist:update").size() == 1 && tv.heard("command").size() == 1);
    }
    try (var tv = acme.connects(device)) {
      eventually("the base again", () -> tv.heard("playlist:update").size() == 1);
    }
  }

  @Test
  void rule_57_a_refusal_has_a_code_and_only_a_revocation_has_words_that_wipe_a_screen()
      throws Exception {
    var elsewhere = gateway.deviceToken(fresh("other"), id(device));
    var revoked = gateway.deviceToken(acme.org(), id(device));
    assertEquals("AUTH_INVALID", code(refused("no token at all", false)));
    assertEquals("AUTH_INVALID", code(refused(unsigned("tv-1"), false)));
    assertEquals("AUTH_INVALID", code(refused(elsewhere, false)));
    tells("/api/internal/device-revoked", "'reason':'blocked'");
    assertEquals("DEVICE_REVOKED", code(refused(revoked, true)));
  }

  private JSONObject refused(String token, boolean isToWipe) throws Exception {
    try (var stranger = FakeDevice.knocks(gateway, token)) {
      eventually("refused", () -> !stranger.heard("connect_error").isEmpty());
      var refusal = stranger.heard("connect_error").getFirst();
      var words = refusal.getString("message").toLowerCase();
      assertEquals(isToWipe, WIPING.stream().anyMatch(words::contains), words);
      return refusal;
    }
  }

  private static String code(JSONObject refusal) throws Exception {
    return refusal.getJSONObject("data").getString("code");
  }

  @Test
  void rule_60_what_strangers_write_is_in_no_line_of_the_log() throws Exception {
    var evil = "EVIL\nlevel=ERROR";
    try (var log = new Overheard()) {
      refused(unsigned(evil), false);
      refused(evil, false);
      gateway.anonymous().with("x-internal-api-key", "EVIL").post("/api/push/playlist", "EVIL");
      gateway.anonymous().bearing(unsigned(evil)).get("/api/v1/devices/EVIL");
      try (var tv = acme.connects(device)) {
        assertFalse(tv.asks(evil, "{}").getBoolean("success"));
        tv.asks("content:error", "{'contentId':'EVIL','errorMessage':'EVIL'}");
      }
      tells("/api/internal/device-revoked", "'reason':'EVIL\\nlevel=ERROR'");
      // The words of our own back end are told, as what they are: part of one line.
      var told = log.lines.stream().filter(line -> line.contains("EVIL")).toList();
      assertEquals(1, told.size(), told::toString);
      assertTrue(told.getFirst().endsWith("EVIL?level=ERROR"), told::toString);
    }
  }

  private static String unsigned(String subject) {
    var header = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    var claims =
        "{\"sub\":\"%s\",\"organizationId\":\"EVIL\",\"type\":\"device\",\"iat\":1,\"exp\":9999999999}"
            .formatted(subject.replace("\n", "\\n"));
    return "%s.%s.%s".formatted(base64(header), base64(claims), base64("EVIL"));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Every line of ours, also those that are not told usually. */
  private static final class Overheard extends AppenderBase<ILoggingEvent>
      implements AutoCloseable {
    private static final Logger OURS = (Logger) LoggerFactory.getLogger("io.muster");
    final List<String> lines = new CopyOnWriteArrayList<>();
    private final Level usual = OURS.getLevel();
    private final boolean wasAdditive = OURS.isAdditive();

    Overheard() {
      setContext(OURS.getLoggerContext());
      start();
      OURS.addAppender(this);
      OURS.setAdditive(false);
      OURS.setLevel(Level.DEBUG);
    }

    @Override
    protected void append(ILoggingEvent event) {
      var cause = event.getThrowableProxy();
      lines.add(event.getFormattedMessage() + (cause == null ? "" : cause.getMessage()));
    }

    @Override
    public void close() {
      OURS.detachAppender(this);
      OURS.setLevel(usual);
      OURS.setAdditive(wasAdditive);
    }
  }

  @Test
  void rule_75_of_a_device_that_never_came_nobody_says_when_it_was_seen() {
    var never = acme.viewer().get(device).json();
    assertFalse(never.has("lastSeen"), never::toString);
    try (var tv = acme.connects(device)) {
      tv.asks("heartbeat", "{}");
      var seen = acme.viewer().get(device).json();
      assertEquals(24, seen.path("lastSeen").asText().length(), seen::toString);
    }
  }
}
