package io.muster.persistence.redis;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import io.muster.support.MemoryReports;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
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
  void only_what_is_durable_is_told() {
    var kept = new MemoryReports();
    var reports = new RedisToldReports(kept, keys);
    var at = Instant.parse("2026-04-01T10:00:00Z");
    var shown =
        new Impression(
            TV,
            new OrgId("acme"),
            Impression.Kind.START,
            "c-1",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(at),
            at);
    reports.keep(shown).toCompletableFuture().join();
    reports.keep(shown).toCompletableFuture().join(); // told again, counts once
    var key = "stats:device:tv-1:impressions:2026-04-01";
    eventually("one", () -> "1".equals(trial.read(key)));
    reports
        .keep(
            new ContentError(
                TV,
                new OrgId("acme"),
                ContentError.Type.TIMEOUT,
                "c-1",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(at),
                at))
        .toCompletableFuture()
        .join();
    eventually("an error", () -> trial.isThere("errors:device:tv-1"));
    assertEquals("1", trial.read(key));
  }
}
