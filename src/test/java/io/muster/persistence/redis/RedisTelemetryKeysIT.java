package io.muster.persistence.redis;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import java.time.LocalDate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisTelemetryKeysIT {
  private static final DeviceId TV = new DeviceId("tv-1");
  private static Trial trial;
  private static RedisTelemetryKeys keys;

  @BeforeAll
  static void start() {
    trial = Trial.start();
    keys = new RedisTelemetryKeys(trial.redis(), trial.telemetry());
  }

  @AfterAll
  static void stop() {
    trial.close();
  }

  @Test
  void impressions_are_counted_by_day_for_a_day() {
    var day = LocalDate.of(2026, 3, 1);
    var key = "stats:device:tv-1:impressions:2026-03-01";
    IntStream.range(0, 5).forEach(_ -> keys.shown(TV, day));
    keys.shown(TV, day.plusDays(1));
    eventually("five", () -> "5".equals(trial.read(key)));
    assertTrue(Math.abs(trial.ttl(key) - 86_400) < 30);
  }

  @Test
  void the_last_ten_errors_are_one_array_for_an_hour_as_they_were_said() {
    var key = "errors:device:tv-1";
    IntStream.range(0, 12)
        .forEach(i -> keys.failed(TV, "{\"n\":%d,\"context\":{\"a\":[],\"b\":{}}}".formatted(i)));
    var expected =
        IntStream.range(2, 12)
            .mapToObj("{\"n\":%d,\"context\":{\"a\":[],\"b\":{}}}"::formatted)
            .collect(Collectors.joining(",", "[", "]"));
    eventually("ten", () -> expected.equals(trial.read(key)));
    assertTrue(Math.abs(trial.ttl(key) - 3_600) < 30);
  }

  @Test
  void the_version_of_the_content_is_known_for_an_hour() {
    var key = "device:content-version:tv-1";
    keys.sent(TV, "2026-03-01T08:15:30.120Z");
    eventually("known", () -> trial.isThere(key));
    assertEquals("2026-03-01T08:15:30.120Z", trial.read(key));
    assertTrue(Math.abs(trial.ttl(key) - 3_600) < 30);
  }
}
