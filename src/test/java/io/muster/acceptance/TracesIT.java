package io.muster.acceptance;

import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.http.auth.Role;
import io.muster.support.Collector;
import io.muster.support.Collector.Seen;
import io.muster.support.Eventually;
import io.muster.support.FakeDevice;
import io.muster.support.HttpCaller;
import io.muster.support.Tenant;
import io.muster.support.TestCluster;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two nodes and a collector: from the request at one of them to the answer of a device. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TracesIT {
  private static final Random CHANCE = new Random();
  private static Collector collector;
  private static TestCluster cluster;

  private final String trace = random(16);
  private final String caller = random(8);
  private final String id = "tv-" + random(4);

  @BeforeAll
  static void open() {
    collector = new Collector();
    cluster =
        TestCluster.of(
            2,
            Map.of(
                "muster.reporting.otlp-endpoint",
                collector.url(),
                "muster.auth.internal-secret",
                KEY));
  }

  @AfterAll
  static void close() {
    cluster.close();
    collector.close();
  }

  private static final String KEY = "the secret of those who give orders";

  private static String random(int bytes) {
    var some = new byte[bytes];
    CHANCE.nextBytes(some);
    return HexFormat.of().formatHex(some);
  }

  private HttpCaller traced(HttpCaller caller) {
    return caller.with("traceparent", "00-%s-%s-01".formatted(trace, this.caller));
  }

  private HttpCaller operator() {
    return traced(cluster.node(0).as("acme", Role.OPERATOR));
  }

  private FakeDevice device() {
    return FakeDevice.connects(cluster.node(1), "acme", id);
  }

  /** Spans come when their batch is full or a second old. */
  private List<Seen> spans(int count) {
    Eventually.eventually("spans", () -> collector.ofTrace(trace).size() >= count);
    return collector.ofTrace(trace);
  }

  private static Seen named(List<Seen> spans, String name) {
    return spans.stream().filter(s -> s.span().getName().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST commands    | /api/v1/devices/ID/commands    | {'type':'reload'}
          POST batches     | /api/v1/commands               | {'target':{'deviceIds':['ID']},'command':{'type':'reload'}}
          POST screenshots | /api/v1/devices/ID/screenshots | {}
          POST back_end    | /api/internal/command          | {'deviceId':'ID','command':'reload'}
          POST back_end    | /api/commands/broadcast        | {'deviceIds':['ID'],'command':'reload'}
          """)
  void a_command_is_in_the_trace_of_the_request_that_asked_for_it(
      String name, String path, String body) {
    try (var _ = device()) {
      var order = path.contains("v1") ? operator() : traced(cluster.node(0).anonymous());
      order
          .with("x-internal-api-key", KEY)
          .post(path.replace("ID", id), json(body.replace("ID", id)));
      var spans = spans(2);
      var request = named(spans, name);
      assertEquals(caller, request.parent());
      assertEquals("POST", request.attribute("http.request.method"));
      var delivery = named(spans, "deliver command");
      assertEquals(request.id(), delivery.parent());
      assertEquals(id, delivery.attribute("muster.device.id"));
      assertEquals("acme", delivery.attribute("muster.organization.id"));
      var steps = delivery.span().getEventsList().stream().map(e -> e.getName()).toList();
      assertEquals(List.of("queued", "sent", "acknowledged"), steps);
    }
  }

  @Test
  void a_command_that_has_waited_for_a_restarted_gateway_keeps_its_trace() {
    var tenant = operator();
    tenant.post(Tenant.DEVICES, json("{'id':'%s'}".formatted(id)));
    assertEquals(
        202, tenant.post(Tenant.path(id) + "/commands", json("{'type':'reload'}")).status());
    cluster.node(0).restart();
    Eventually.eventually(
        "ready", () -> cluster.node(0).anonymous().get("/health/ready").status() == 200);
    try (var _ = device()) {
      assertEquals(id, named(spans(3), "deliver command").attribute("muster.device.id"));
    }
  }

  @Test
  void a_request_without_a_trace_begins_one() {
    var untraced = cluster.node(0).as("acme", Role.OPERATOR);
    try (var device = device()) {
      untraced.post(Tenant.path(id) + "/commands", json("{'type':'reload'}"));
      Eventually.eventually("command", () -> !device.heard("command").isEmpty());
      Eventually.eventually("spans", () -> deliveriesToIt().size() == 1);
      assertNotEquals(trace, deliveriesToIt().getFirst().trace());
      assertTrue(deliveriesToIt().getFirst().parent().length() > 0);
    }
  }

  private List<Seen> deliveriesToIt() {
    return collector.all().stream()
        .filter(span -> span.attribute("muster.device.id").equals(id))
        .toList();
  }
}
