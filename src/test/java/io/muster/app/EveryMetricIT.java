package io.muster.app;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import io.muster.actors.canary.Canary;
import io.muster.http.auth.Role;
import io.muster.support.FakeDevice;
import io.muster.support.Pictured;
import io.muster.support.RedisServer;
import io.muster.support.Scrape;
import io.muster.support.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rule 64: a metric that nothing moves is worse than none, for it is believed. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class EveryMetricIT {
  private static final String ORG = "northwind";
  private static final String ELSEWHERE = "fabrikam";
  private static final String DEVICE = "lobby-screen-0815";

  private static final Set<String> LABELS =
      Set.of(
          "event",
          "fate",
          "flaw",
          "kind",
          "le",
          "operation",
          "organization",
          "organization_id",
          "outcome",
          "path",
          "reason",
          "stage",
          "state",
          "status",
          "step",
          "success",
          "surface",
          "type",
          "use");

  // For what cannot be brought about from outside of a gateway that keeps its own books.
  private static final Telemetry TELEMETRY = new Metrics().telemetry();

  private static TestGateway gateway;
  private static FakeDevice device;
  private static FakeDevice dashboard;
  private static FakeDevice expiring;
  private static RedisServer redis;
  private static Scrape before;

  /** Levels that are back where they were before anybody looks: seen when they are moved. */
  private static final Set<String> SEEN_AT_ONCE =
      Set.of(
          "muster_telemetry_waiting",
          "muster_tokens_unrenewed",
          "muster_admission_waiting",
          "muster_admission_joining");

  private interface Deed {
    void run() throws Exception;
  }

  private static final Deed BY_ITSELF = () -> {};

  // formatter:off
  /** By what each metric is moved; the test below finds one that is missing. */
  private static final Map<String, Deed> DEEDS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("muster_devices_connected",       EveryMetricIT::deviceComes),
              Map.entry("muster_devices_online",          EveryMetricIT::deviceComes),
              Map.entry("muster_device_connects_total",   EveryMetricIT::deviceComes),
              Map.entry("muster_device_disconnects_total", EveryMetricIT::anotherComesAndGoes),
              Map.entry("muster_device_events_total",     EveryMetricIT::heartbeat),
              Map.entry("muster_device_cpu_percent",      EveryMetricIT::heartbeat),
              Map.entry("muster_device_memory_percent",   EveryMetricIT::heartbeat),
              Map.entry("muster_fleet_cpu_percent",       EveryMetricIT::heartbeat),
              Map.entry("muster_fleet_memory_percent",    EveryMetricIT::heartbeat),
              Map.entry("muster_events_unknown_total",    EveryMetricIT::unknownWord),
              Map.entry("muster_events_shed_total",       EveryMetricIT::tooMuchIsSaid),
              Map.entry("muster_dashboards_connected",    EveryMetricIT::dashboardComes),
              Map.entry("muster_dashboard_connects_total", EveryMetricIT::dashboardComes),
              Map.entry("muster_dashboard_disconnects_total", EveryMetricIT::anotherDashboardGoes),
              Map.entry("muster_admission_waiting",       () -> crowd("muster_admission_waiting")),
              Map.entry("muster_admission_joining",       () -> crowd("muster_admission_joining")),
              Map.entry("muster_turned_away_total",       EveryMetricIT::strangerKnocks),
              Map.entry("muster_commands_accepted_total", () -> command(DEVICE)),
              Map.entry("muster_command_settled_seconds", () -> command(DEVICE)),
              Map.entry("muster_commands_refused_total",  () -> command("nobody")),
              Map.entry("muster_http_request_seconds",    () -> gateway.anonymous().get("/health")),
              Map.entry("muster_loop_lateness_seconds",   BY_ITSELF),
              Map.entry("muster_standstills_total",       TELEMETRY::stoodStill),
              Map.entry("muster_projection_lag_seconds",  BY_ITSELF),
              Map.entry("muster_canary_seconds",          BY_ITSELF),
              Map.entry("muster_canary_failures_total",   () -> TELEMETRY.canaryFailed(Canary.Path.FEED)),
              Map.entry("muster_journal_up",              TELEMETRY::journalFails),
              Map.entry("muster_content_push_seconds",    EveryMetricIT::contentIsPushed),
              Map.entry("muster_content_reconciles_total", EveryMetricIT::olderContentIsShown),
              Map.entry("muster_content_errors_total",    EveryMetricIT::contentFails),
              Map.entry("muster_token_renewals_total",    EveryMetricIT::tokenEndsSoon),
              Map.entry("muster_tokens_unrenewed",        EveryMetricIT::tokenEndsSoon),
              Map.entry("muster_telemetry_reports_total", EveryMetricIT::contentFails),
              Map.entry("muster_telemetry_waiting",       EveryMetricIT::reportsWaitForOthers),
              Map.entry("muster_telemetry_fields_total",  EveryMetricIT::strangeHeartbeat),
              Map.entry("muster_sessions_ended_total",    EveryMetricIT::sessionIsRevoked),
              Map.entry("muster_outages_open",            EveryMetricIT::anotherComesAndGoes),
              Map.entry("muster_outages_opened_total",    EveryMetricIT::anotherComesAndGoes),
              Map.entry("muster_outages_closed_total",    EveryMetricIT::anotherIsDownAndReturns),
              Map.entry("muster_outages_reminded_total",  EveryMetricIT::anotherComesAndGoes),
              Map.entry("muster_outage_notice_seconds",   EveryMetricIT::anotherComesAndGoes),
              Map.entry("muster_outages_unstored_total",  () -> TELEMETRY.outagesMoved(0, 0, 0, 1)),
              Map.entry("muster_content_undeliverable_total", TELEMETRY::contentUndeliverable), // of a CMS only
              Map.entry("muster_screenshots_stored_total", () -> picture(ELSEWHERE, Pictured.png(8, 8))),
              Map.entry("muster_screenshots_refused_total", () -> picture(ELSEWHERE, new byte[12])),
              Map.entry("muster_screenshots_failed_total", EveryMetricIT::pictureFindsNoPlace),
              Map.entry("muster_redis_use_seconds",       EveryMetricIT::deviceComes),
              Map.entry("muster_redis_up",                EveryMetricIT::redisGoesAway),
              Map.entry("muster_redis_failures_total",    EveryMetricIT::redisGoesAway),
              Map.entry("muster_redis_dropped_total",     EveryMetricIT::contentFailsWithoutRedis)));
  // formatter:on

  // ── deeds ──

  private static void deviceComes() {
    if (device == null) {
      device = FakeDevice.connects(gateway, ORG, DEVICE);
    }
  }

  private static void unknownWord() {
    deviceComes();
    device.says("weather", "{}");
  }

  private static void tooMuchIsSaid() {
    try (var talker = FakeDevice.connects(gateway, ORG, "talker")) {
      for (int i = 0; i < 200; i++) {
        talker.says("join:room", "{}");
      }
      eventually("shed", () -> now().sum("muster_events_shed_total") > 0);
    }
  }

  private static void strangerKnocks() {
    try (var stranger = FakeDevice.knocks(gateway, "no token")) {
      eventually("refused", () -> !stranger.heard("connect_error").isEmpty());
    }
  }

  private static void heartbeat() {
    deviceComes();
    device.says("heartbeat", "{'metrics':{'cpuUsage':40,'memoryUsage':60}}");
  }

  private static void anotherComesAndGoes() {
    FakeDevice.connects(gateway, ORG, "short-visit").close();
  }

  private static void dashboardComes() {
    if (dashboard == null) {
      dashboard = FakeDevice.knocks(gateway, gateway.userToken(ORG, Role.VIEWER));
      eventually("a dashboard", dashboard::isConnected);
    }
  }

  private static void anotherDashboardGoes() {
    var other = FakeDevice.knocks(gateway, gateway.userToken(ORG, Role.VIEWER));
    eventually("another dashboard", other::isConnected);
    other.close();
  }

  private static void command(String to) {
    deviceComes();
    gateway.operator(ORG).post("/api/v1/devices/" + to + "/commands", "{\"type\":\"identify\"}");
  }

  // ── content ──

  private static void contentIsPushed() {
    deviceComes();
    var playlist =
        """
        {"id":"p","name":"one","items":[{"contentId":"c","order":0,
          "content":{"id":"c","type":"image","url":"https://x/y"}}]}""";
    var content = "/api/v1/devices/%s/content".formatted(DEVICE);
    // The read model follows the journal by a moment.
    eventually("pushed", () -> gateway.operator(ORG).put(content, playlist).status() == 200);
  }

  private static void olderContentIsShown() {
    contentIsPushed();
    eventually(
        "told to fetch",
        () ->
            device
                .asks("heartbeat", "{'contentVersion':'2020-01-01T00:00:00.000Z'}")
                .getJSONObject("data")
                .getBoolean("reconcileContent"));
  }

  // ── what is reported ──

  private static void contentFails() {
    deviceComes();
    device.says("content:error", "{'contentId':'movie','errorType':'decode_error'}");
  }

  private static void strangeHeartbeat() {
    deviceComes();
    device.says("heartbeat", "{'mood':'fine','uptime':'long'}");
  }

  /** Two are written at once; one that is left over waits for another, longer than a scrape. */
  /** The gateway that is there says otherwise four times a second. */
  private static void crowd(String metric) {
    eventually(
        metric,
        () -> {
          TELEMETRY.atTheDoor(7, 7);
          return now().amount(metric) == 7;
        });
  }

  private static void reportsWaitForOthers() {
    eventually(
        "one that waits",
        () -> {
          for (int i = 0; i < 3; i++) {
            contentFails();
          }
          return now().sum("muster_telemetry_waiting") > 0;
        });
  }

  private static void picture(String org, byte[] file) {
    var response =
        "{'requestId':'r','imageData':'%s','width':8,'height':8}"
            .formatted(Base64.getEncoder().encodeToString(file));
    try (var screen = FakeDevice.connects(gateway, org, "pictured-" + org)) {
      screen.asks("screenshot:response", response);
    }
  }

  private static void pictureFindsNoPlace() throws IOException {
    var pictures = gateway.settings().dataDir().resolve("screenshots");
    Files.createDirectories(pictures);
    Files.writeString(pictures.resolve("blocked"), "a file where their folder would be");
    picture("blocked", Pictured.png(8, 8));
  }

  // ── tokens and sessions ──

  private static void tokenEndsSoon() {
    if (expiring == null) {
      var token =
          gateway
              .devices()
              .device(
                  new DeviceId("old-token"),
                  new OrgId(ELSEWHERE),
                  Optional.empty(),
                  Duration.ofHours(1));
      expiring = FakeDevice.connects(gateway, token.token());
    }
    eventually("seen", () -> now().sum("muster_tokens_unrenewed") > 0);
  }

  private static void sessionIsRevoked() {
    var ada =
        gateway
            .users()
            .user("ada", new OrgId(ORG), Role.VIEWER, Optional.empty(), Duration.ofHours(1));
    var hers = FakeDevice.knocks(gateway, ada.token());
    eventually("she watches", hers::isConnected);
    var reply =
        gateway.admin(ORG).post("/api/v1/sessions/revoke", "{\"jti\":\"%s\"}".formatted(ada.jti()));
    assertEquals(200, reply.status(), reply::toString);
  }

  // ── what is around ──

  private static void anotherIsDownAndReturns() {
    FakeDevice.connects(gateway, ELSEWHERE, "returns").close();
    eventually("it is down", EveryMetricIT::isDown);
    try (var _ = FakeDevice.connects(gateway, ELSEWHERE, "returns")) {
      eventually("it is back", () -> !isDown());
    }
  }

  private static boolean isDown() {
    return gateway.viewer(ELSEWHERE).get("/api/v1/outages").body().contains("\"returns\"");
  }

  /** For good: what is to be written after that is lost. */
  private static void redisGoesAway() {
    redis.stop();
    anotherComesAndGoes();
  }

  private static void contentFailsWithoutRedis() {
    redis.stop();
    contentFails();
  }

  // ── the walk ──

  @BeforeAll
  static void everything_happens_once() throws Exception {
    redis = RedisServer.start();
    gateway =
        TestGateway.embedded(
            Map.of(
                "muster.redis.url", redis.url(),
                "muster.device.telling", "100ms",
                "muster.device.grace", "200ms",
                "muster.notifications.interval", "50ms",
                "muster.notifications.remind-after", "100ms",
                "muster.telemetry.batch-max", 2,
                "muster.telemetry.linger", "2s"));
    eventually(
        "a first picture",
        () -> now().sum("muster_journal_up") == 1 && now().sum("muster_redis_up") == 1);
    before = now();
    for (Deed deed : new TreeMap<>(DEEDS).values()) { // in the same order each time
      deed.run();
    }
  }

  @AfterAll
  static void all_leave() {
    Stream.of(device, dashboard, expiring).forEach(FakeDevice::close);
    device = null; // it may all be done once more
    dashboard = null;
    expiring = null;
    gateway.close();
    redis.close();
  }

  private static Scrape now() {
    return Scrape.of(gateway.anonymous().get("/metrics").body());
  }

  static Set<String> metrics() {
    return DEEDS.keySet();
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void is_moved_by_something_that_happens(String metric) {
    if (SEEN_AT_ONCE.contains(metric)) {
      return;
    }
    eventually(
        metric,
        () -> {
          if (metric.equals("muster_journal_up")) {
            TELEMETRY.journalFails(); // once more: the one that is there says otherwise
          }
          return now().amount(metric) != before.amount(metric);
        });
  }

  @Test
  void each_that_can_be_scraped_has_its_deed_and_no_other_has() {
    eventually("all told", () -> now().families().containsKey("muster_fleet_cpu_percent"));
    var ours = new TreeSet<>(now().families().keySet());
    ours.removeIf(family -> !family.startsWith("muster_"));
    assertEquals(new TreeSet<>(metrics()), ours);
  }

  @Test
  void former_names_tell_the_same() {
    eventually("the fleet under both names", () -> now().sum("device_cpu_usage") == 40);
    eventually(
        "heartbeats under both names", () -> now().sum("heartbeat_total", "success=\"true\"") > 0);
    eventually(
        "requests under both names",
        () -> now().sum("http_requests_total", "path=\"health\"", "status=\"2xx\"") > 0);
    eventually(
        "the organisation under both names",
        () -> now().sum("ws_connections_active", "organization_id=\"northwind\"") == 1);
    var text = now();
    assertEquals(
        text.sum("muster_device_connects_total"),
        text.sum("ws_connections_total", "status=\"connected\""));
    assertTrue(text.sum("ws_messages_total", "type=\"heartbeat\"") > 0);
    assertTrue(text.sum("content_errors_total", "type=\"decode_error\"") > 0);
    assertTrue(text.sum("http_request_duration_seconds_count", "path=\"health\"") > 0);
  }

  @Test
  void an_average_is_an_average() {
    deviceComes();
    var told = now();
    for (int load : new int[] {10, 20, 90}) {
      device.says("heartbeat", "{'metrics':{'cpuUsage':%d}}".formatted(load));
    }
    eventually(
        "three more",
        () ->
            now().sum("muster_device_cpu_percent_count")
                == told.sum("muster_device_cpu_percent_count") + 3);
    assertEquals(
        120,
        now().sum("muster_device_cpu_percent_sum") - told.sum("muster_device_cpu_percent_sum"));
    device.says("heartbeat", "{'metrics':{'cpuUsage':40}}"); // as the others expect it
  }

  @Test
  void no_label_is_a_device() {
    assertFalse(now().labelValues().contains(DEVICE));
    var others = now().labelNames();
    others.removeAll(LABELS);
    assertEquals(Set.of(), others);
  }
}
