package io.muster.app;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import io.muster.actors.device.SeenDevices;
import io.muster.http.auth.Role;
import io.muster.support.FakeDevice;
import io.muster.support.Scrape;
import io.muster.support.TestGateway;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
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
  private static final String DEVICE = "lobby-screen-0815";

  private static final Set<String> LABELS =
      Set.of(
          "event",
          "le",
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
          "type");

  // For what is reported by parts that a small fleet does not reach.
  private static final Telemetry TELEMETRY = new Metrics().telemetry();

  private static TestGateway gateway;
  private static FakeDevice device;
  private static FakeDevice dashboard;
  private static Scrape before;

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
              Map.entry("muster_turned_away_total",       EveryMetricIT::strangerKnocks),
              Map.entry("muster_commands_accepted_total", () -> command(DEVICE)),
              Map.entry("muster_command_settled_seconds", () -> command(DEVICE)),
              Map.entry("muster_commands_refused_total",  () -> command("nobody")),
              Map.entry("muster_http_request_seconds",    () -> gateway.anonymous().get("/health")),
              Map.entry("muster_loop_lateness_seconds",   BY_ITSELF),
              Map.entry("muster_projection_lag_seconds",  BY_ITSELF),
              Map.entry("muster_journal_up",              TELEMETRY::journalFails),
              Map.entry("muster_content_push_seconds",    () -> TELEMETRY.contentPushed(Telemetry.Push.ACKNOWLEDGED, Duration.ofMillis(5))),
              Map.entry("muster_content_reconciles_total", TELEMETRY::reconcileAsked),
              Map.entry("muster_token_renewals_total",    () -> TELEMETRY.tokenRenewal(Telemetry.Renewal.OFFERED)),
              Map.entry("muster_tokens_unrenewed",        EveryMetricIT::tokenIsDue)));
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

  /** Seen on a table of its own: no device of a trial holds a token that is about to end. */
  private static void tokenIsDue() {
    var seen = new SeenDevices(Clock.systemUTC());
    seen.enter(new DeviceId(DEVICE), new OrgId(ORG))
        .holdsToken(Clock.systemUTC().instant().plus(Duration.ofDays(7)));
    var text = new Metrics().text(seen::census, () -> 0, 50).get();
    assertEquals(1, Scrape.of(text).sum("muster_tokens_unrenewed", "stage=\"due\""));
  }

  // ── the walk ──

  @BeforeAll
  static void everything_happens_once() throws Exception {
    gateway = TestGateway.embedded();
    eventually("a first picture", () -> now().sum("muster_journal_up") == 1);
    before = now();
    for (Deed deed : DEEDS.values()) {
      deed.run();
    }
  }

  @AfterAll
  static void all_leave() {
    Stream.of(device, dashboard).forEach(FakeDevice::close);
    gateway.close();
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
    switch (metric) {
      case "muster_tokens_unrenewed" -> {} // has been looked at when it happened
      case "muster_journal_up" ->
          eventually(
              "the journal is told away",
              () -> {
                TELEMETRY.journalFails(); // once more: the one that is there says otherwise
                return now().amount(metric) == 0;
              });
      default -> eventually(metric, () -> now().amount(metric) != before.amount(metric));
    }
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
