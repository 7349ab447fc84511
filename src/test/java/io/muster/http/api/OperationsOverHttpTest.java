package io.muster.http.api;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.Eventually;
import io.muster.support.HttpCaller;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class OperationsOverHttpTest {
  private TestGateway gateway;
  private Tenant acme;

  @BeforeEach
  void an_organisation(TestGateway shared) {
    gateway = shared;
    acme = Tenant.fresh(shared);
  }

  /** Of a line of Prometheus text; 0 when there is no such line. */
  private double figure(String series) {
    return gateway
        .anonymous()
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .sum();
  }

  private void moves(String series, Runnable deed) {
    double before = figure(series);
    deed.run();
    Eventually.eventually(series + " moves", () -> figure(series) > before);
  }

  @Nested
  class A_request {
    private String idOf(HttpCaller caller, String path) {
      return caller.get(path).header("X-Request-Id").orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/devices", "/api/v1/nothing", "/health", "/nothing"})
    void is_answered_with_an_id_of_its_own(String path) {
      var viewer = gateway.viewer(acme.org()); // the contract does not know every path
      assertNotEquals(idOf(viewer, path), idOf(viewer, path));
    }

    @Test
    void that_has_an_id_keeps_it() {
      var named = acme.viewer().with("X-Request-Id", "f3a1:7");
      assertEquals("f3a1:7", idOf(named, "/api/v1/devices"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "{}", "<script>"})
    void is_not_named_by_what_could_be_mistaken(String id) {
      assertNotEquals(id, idOf(acme.viewer().with("X-Request-Id", id), "/api/v1/devices"));
    }
  }

  @Nested
  class Metrics {
    @Test
    void are_prometheus_text() {
      var reply = acme.anonymous().get("/metrics");
      assertEquals(200, reply.status());
      assertEquals(
          Optional.of("text/plain; version=0.0.4; charset=UTF-8"), reply.header("Content-Type"));
    }

    @Test
    void are_for_this_machine_unless_somebody_stands_between() {
      for (String header : new String[] {"X-Forwarded-For", "Forwarded", "X-Real-IP"}) {
        var reply = acme.anonymous().with(header, "127.0.0.1").get("/metrics");
        assertEquals(403, reply.status(), header);
        assertEquals("forbidden", reply.code());
      }
    }

    @Test
    void name_no_device_and_no_user() {
      var device = acme.device();
      try (var _ = acme.connects(device)) {
        moves(
            "muster_http_request_seconds_count{status=\"2xx\",surface=\"devices\"}",
            () -> acme.viewer().get(device));
        var text = gateway.anonymous().get("/metrics").body();
        assertFalse(text.contains(Tenant.id(device)));
        // An organisation is named where its devices are counted, which is capped, and nowhere
        // else.
        assertFalse(
            text.lines()
                .filter(line -> !line.contains("organization"))
                .anyMatch(line -> line.contains(acme.org())));
      }
    }

    @Test
    void count_devices_and_what_becomes_of_commands() {
      var device = acme.device();
      moves("muster_device_connects_total", () -> acme.connects(device).close());
      moves(
          "muster_commands_accepted_total",
          () -> acme.operator().post(device + "/commands", json("{'type':'reload'}")));
      moves(
          "muster_commands_refused_total{reason=\"device_not_found\"}",
          () -> acme.operator().post(device + "-x/commands", json("{'type':'reload'}")));
      moves(
          "muster_command_settled_seconds_count{state=\"acknowledged\"}",
          () -> {
            try (var _ = acme.connects(device)) {
              acme.eventually(device, r -> r.json().get("pendingCommands").asInt() == 0);
            }
          });
    }

    @Test
    void count_those_who_are_turned_away() {
      moves(
          "muster_turned_away_total{reason=\"invalid\"}",
          () -> {
            try (var stranger = io.muster.support.FakeDevice.knocks(gateway, "a.b.c")) {
              Eventually.eventually("refusal", () -> !stranger.heard("connect_error").isEmpty());
            }
          });
    }

    @Test
    void time_requests_by_part_and_outcome() {
      var device = acme.device();
      var count = "muster_http_request_seconds_count{status=\"%2$s\",surface=\"%1$s\"}";
      moves(count.formatted("commands", "2xx"), () -> acme.viewer().get(device + "/commands"));
      moves(count.formatted("devices", "4xx"), () -> acme.viewer().get(device + "-x"));
      moves(count.formatted("health", "2xx"), () -> acme.anonymous().get("/health"));
      moves(count.formatted("other", "4xx"), () -> gateway.anonymous().get("/nothing"));
    }

    @Test
    void watch_the_loops_the_journal_and_the_projection() {
      moves("muster_loop_lateness_seconds_count", () -> {});
      moves("muster_projection_lag_seconds_count", () -> {});
      eventually("the journal is up", () -> figure("muster_journal_up") == 1);
    }
  }

  @Nested
  class Health {
    @Test
    void is_told_to_anybody() {
      var live = acme.anonymous().get("/health/live");
      assertEquals(200, live.status());
      assertEquals("{\"status\":\"ok\"}", live.body());
      Eventually.eventually("ready", () -> acme.anonymous().get("/health/ready").status() == 200);
      var whole = acme.anonymous().get("/health").json();
      assertEquals("healthy", whole.at("/dependencies/journal/status").asText());
      assertTrue(whole.get("uptime").asLong() >= 0);
    }
  }
}
