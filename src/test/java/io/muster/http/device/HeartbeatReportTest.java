package io.muster.http.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.Load;
import io.muster.actors.Showing;
import io.muster.http.Json;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HeartbeatReportTest {
  private static HeartbeatReport read(String singleQuoted) {
    return HeartbeatReport.of(Json.parse(singleQuoted.replace('\'', '"')));
  }

  /** Rules 2, 6 and 28: as the clients really send them. */
  @Nested
  class Of_a_shipped_client {
    @Test
    void the_electron_display_is_read_whole() {
      var report =
          read(
              """
              {'timestamp':1772353800120,'metrics':{'cpuUsage':12.5,'memoryUsage':48.1,'storageUsed':0},
               'currentContent':null,'status':'online','screenState':'playing','playbackSource':'live'}""");
      assertEquals(load(12.5, 48.1), report.load());
      assertEquals(Optional.of("playing"), report.showing().screenState());
      assertEquals(Optional.of("live"), report.showing().playbackSource());
      assertEquals(Optional.empty(), report.showing().contentId());
      assertEquals(Optional.empty(), report.contentVersion());
      assertNothingDropped(report);
    }

    @Test
    void the_television_is_read_whole() {
      var report =
          read(
              """
              {'uptime':3600,'appVersion':'2.4.1','contentVersion':'','metrics':{'cpuUsage':0,'memoryUsage':31},
               'screenState':'hold','playbackSource':'hold-last','currentContent':{'contentId':'movie'}}""");
      assertEquals(Optional.of("2.4.1"), report.appVersion());
      assertEquals(Optional.of(""), report.contentVersion());
      assertEquals(Optional.of("movie"), report.showing().contentId());
      assertEquals(load(0, 31), report.load());
      assertNothingDropped(report);
    }

    @Test
    void rule_6_the_browser_display_says_its_content_as_a_text() {
      var report =
          read(
              """
              {'timestamp':'2026-03-01T08:30:00.120Z','metrics':{'cpuUsage':0,'memoryUsage':20,'uptime':9},
               'currentContent':'movie','status':'online'}""");
      assertEquals(Optional.of("movie"), report.showing().contentId());
      assertNothingDropped(report);
    }

    private void assertNothingDropped(HeartbeatReport report) {
      assertEquals(0, report.unknown());
      assertEquals(0, report.malformed());
    }
  }

  @Test
  void rule_10_all_that_is_used_is_read() {
    var report =
        read(
            """
            {'metrics':{'diskUsage':61,'networkLatency':12,'temperature':44.5},
             'currentContent':{'contentId':'movie','playlistId':'morning','playbackPosition':3,'status':'playing'},
             'contentVersion':'2026-03-01T08:30:00.000Z'}""");
    assertEquals(new Load(Double.NaN, Double.NaN, 61, 44.5, 12), report.load());
    var version = Optional.of("2026-03-01T08:30:00.000Z");
    assertEquals(
        new Showing(
            Optional.of("movie"),
            Optional.of("morning"),
            Optional.empty(),
            Optional.empty(),
            version),
        report.showing());
    assertEquals(version, report.contentVersion());
  }

  @Test
  void rule_1_unknown_fields_are_dropped_and_counted_at_any_depth() {
    var report =
        read("{'x':1,'appVersion':'1','metrics':{'gpu':1},'currentContent':{'y':{},'z':[]}}");
    assertEquals(4, report.unknown());
    assertEquals(Optional.of("1"), report.appVersion());
  }

  @Test
  void a_field_of_the_wrong_kind_or_out_of_range_is_as_not_sent_and_counted() {
    var report =
        read(
            """
            {'appVersion':7,'screenState':['x'],'contentVersion':5,
             'metrics':{'cpuUsage':'12','memoryUsage':101,'temperature':1e9,'diskUsage':-1}}""");
    assertEquals(Optional.empty(), report.appVersion());
    assertEquals(Optional.empty(), report.contentVersion());
    assertEquals(Load.UNKNOWN, report.load());
    assertEquals(Showing.NOTHING, report.showing());
    assertEquals(7, report.malformed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "'x'", "1", "true", "{'metrics':[],'currentContent':[1]}"})
  void rule_7_what_is_no_heartbeat_at_all_still_is_one(String odd) {
    var report = read(odd);
    assertEquals(Load.UNKNOWN, report.load());
    assertEquals(Showing.NOTHING, report.showing());
  }

  private static Load load(double cpu, double memory) {
    return new Load(cpu, memory);
  }
}
