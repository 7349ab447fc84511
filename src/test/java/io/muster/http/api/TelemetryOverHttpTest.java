package io.muster.http.api;

import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.FakeDevice;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device tells of its screen, from its socket to those who ask. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class TelemetryOverHttpTest {
  private static final String DAILY = "/api/v1/statistics/daily";

  private Tenant acme;
  private String device;

  @BeforeEach
  void an_organisation(TestGateway gateway) {
    acme = Tenant.fresh(gateway);
    device = acme.device();
  }

  private static String start(String content, long at) {
    return "{'contentId':'%s','playlistId':'p','timestamp':%d}".formatted(content, at);
  }

  private static String end(String content, long at) {
    return "{'contentId':'%s','timestamp':%d,'duration':10,'completionPercentage':100}"
        .formatted(content, at);
  }

  private static boolean isSuccess(org.json.JSONObject ack) {
    return ack.optBoolean("success");
  }

  @Test
  void an_impression_that_is_acknowledged_is_in_the_statistics() {
    long now = System.currentTimeMillis();
    try (var tv = acme.connects(device)) {
      assertTrue(isSuccess(tv.asks("content:impression", start("movie", now))));
      assertTrue(isSuccess(tv.asks("content:impression", end("movie", now))));
      assertTrue(isSuccess(tv.asks("content:impression", end("movie", now))));
    }
    for (String by : List.of("device", "content", "organization")) {
      var rows = acme.viewer().get(DAILY + "?by=" + by).json().get("items");
      assertEquals(1, rows.size(), by);
      assertEquals(1, rows.get(0).get("starts").asInt());
      assertEquals(1, rows.get(0).get("plays").asInt());
      assertEquals(10, rows.get(0).get("seconds").asInt());
      assertEquals(100, rows.get(0).get("completion").asInt());
    }
  }

  @Test
  void rule_8_an_impression_without_content_is_answered_and_no_error_event() {
    try (var tv = acme.connects(device)) {
      var ack = tv.asks("content:impression", "{'timestamp':1}");
      assertFalse(isSuccess(ack));
      assertTrue(ack.optString("error").contains("contentId"));
      tv.asks("heartbeat", "{}");
      assertEquals(List.of(), tv.heard("error"));
    }
  }

  @Test
  void rule_16_a_minute_of_half_second_items_passes_at_once() {
    try (var tv = acme.connects(device)) {
      // The burst alone holds half a minute of them; the rest flows at ten times their pace.
      for (int i = 0; i < 50; i++) {
        tv.says("content:impression", start("c" + i, 1_000 + i));
      }
      assertTrue(isSuccess(tv.asks("content:impression", start("last", 1))));
      var row = acme.viewer().get(DAILY + "?by=organization").json().get("items").get(0);
      assertEquals(51, row.get("starts").asInt());
    }
  }

  @Test
  void rule_16_what_is_too_much_is_shed_with_an_answer_and_the_socket_stays() {
    try (var tv = acme.connects(device)) {
      IntStream.range(0, 200).forEach(i -> tv.says("content:impression", start("c" + i, i)));
      var ack = tv.asks("content:impression", start("last", 1));
      assertEquals("rate_limited", ack.optString("error"));
      assertTrue(tv.isConnected());
      assertEquals(List.of(), tv.heard("error"));
    }
  }

  @Test
  void rule_5_a_content_error_of_any_type_is_taken_and_shown() {
    try (var tv = acme.connects(device)) {
      report(tv, "playback_error");
      report(tv, "load_error");
      assertEquals(List.of(), tv.heard("error"));
    }
    var errors = acme.viewer().get(device + "/errors").json().get("items");
    assertEquals(2, errors.size());
    assertEquals("unknown", errors.get(0).get("type").asText());
    assertEquals("playback_error", errors.get(1).get("type").asText());
    assertEquals("codec", errors.get(1).get("message").asText());
  }

  private static void report(FakeDevice tv, String type) {
    var said =
        "{'contentId':'movie','errorType':'%s','errorMessage':'codec','timestamp':%d}"
            .formatted(type, System.currentTimeMillis());
    assertTrue(isSuccess(tv.asks("content:error", said)));
  }

  @Test
  void the_last_ten_errors_are_shown() {
    try (var tv = acme.connects(device)) {
      IntStream.range(0, 12)
          .forEach(i -> tv.says("content:error", "{'contentId':'c%d'}".formatted(i)));
      tv.asks("content:error", "{'contentId':'last'}");
    }
    assertEquals(10, acme.viewer().get(device + "/errors").json().get("items").size());
  }

  @Test
  void errors_of_nobodys_device_are_not_found() {
    assertEquals(404, acme.viewer().get("/api/v1/devices/" + fresh("nobody") + "/errors").status());
  }

  @Test
  void what_a_device_shows_is_part_of_it() {
    try (var tv = acme.connects(device)) {
      tv.asks(
          "heartbeat",
          """
          {'metrics':{'cpuUsage':5,'diskUsage':61,'temperature':44.5,'networkLatency':12},
           'currentContent':{'contentId':'movie','playlistId':'morning'},'screenState':'playing',
           'playbackSource':'cached','contentVersion':''}""");
      var shown = acme.viewer().get(device).json();
      assertEquals("movie", shown.at("/showing/contentId").asText());
      assertEquals("morning", shown.at("/showing/playlistId").asText());
      assertEquals("playing", shown.at("/showing/screenState").asText());
      assertEquals("cached", shown.at("/showing/playbackSource").asText());
      assertEquals("", shown.at("/showing/contentVersion").asText("?"));
      assertEquals(44.5, shown.at("/load/temperature").asDouble());
      assertEquals(61, shown.at("/load/disk").asDouble());
      tv.asks("heartbeat", "{'currentContent':null}");
      assertTrue(acme.viewer().get(device).json().at("/showing/contentId").isMissingNode());
    }
  }

  @Test
  void the_file_has_a_line_for_each_day_and_subject() {
    try (var tv = acme.connects(device)) {
      tv.asks("content:impression", end("=cmd()", System.currentTimeMillis()));
    }
    var file = acme.viewer().get(DAILY + "?by=content&format=csv");
    assertEquals("text/csv", file.header("Content-Type").orElse("").replaceFirst(";.*", ""));
    assertTrue(file.header("Content-Disposition").orElse("").contains("statistics-by-content-"));
    var lines = file.body().split("\r\n");
    assertEquals("day,contentId,starts,plays,seconds,completion", lines[0]);
    assertTrue(lines[1].endsWith(",'=cmd(),0,1,10,100.0"), lines[1]);
    assertEquals(2, lines.length);
    assertEquals(
        file.body(), acme.viewer().with("Accept", "text/csv").get(DAILY + "?by=content").body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?by=playlist",
        "?format=xml",
        "?from=yesterday",
        "?from=2026-03-02&to=2026-03-01",
        "?from=2026-01-01&to=2026-04-03",
        "?pageToken=x",
        "?pageSize=501"
      })
  void a_question_that_cannot_be_answered_is_refused(String query) {
    assertEquals(400, acme.viewer().get(DAILY + query).status());
  }

  @Test
  void ninety_two_days_are_answered() {
    assertEquals(200, acme.viewer().get(DAILY + "?from=2026-01-01&to=2026-04-02").status());
  }

  @Test
  void rule_64_each_counter_moves() {
    try (var tv = acme.connects(device)) {
      tv.asks("content:impression", start("movie", 7));
      tv.asks("content:impression", start("movie", 7));
      tv.asks("content:impression", "{}");
      tv.asks("content:error", "{'contentId':'movie','errorType':'decode_error'}");
      tv.asks("heartbeat", "{'odd':1,'appVersion':7}");
    }
    eventually(
        "all have moved",
        () ->
            List.of(
                    "reports_total\\{.*impression.*\\} [1-9]",
                    "fate=\"stored\"[^\n]*\\} [1-9]",
                    "fate=\"repeated\"[^\n]*\\} [1-9]",
                    "fate=\"malformed\"[^\n]*\\} [1-9]",
                    "muster_content_errors_total\\{[^\n]*decode_error[^\n]*\\} [1-9]",
                    "muster_telemetry_fields_total\\{[^\n]*unknown[^\n]*\\} [1-9]",
                    "muster_telemetry_fields_total\\{[^\n]*malformed[^\n]*\\} [1-9]",
                    "muster_telemetry_waiting(\\{[^\n]*\\})? [0-9]")
                .stream()
                .allMatch(
                    p ->
                        Pattern.compile(p)
                            .matcher(acme.gateway().anonymous().get("/metrics").body())
                            .find()));
  }
}
