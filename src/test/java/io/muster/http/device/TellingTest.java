package io.muster.http.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.ContentError.Type;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Impression.Kind;
import io.muster.http.Json;
import io.muster.http.device.Telling.Speaker;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TellingTest {
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00Z");
  private static final Speaker TV = new Speaker(new DeviceId("tv-1"), new OrgId("acme"), NOW);

  private static Telling<Impression> impression(String singleQuoted) {
    return Telling.impression(Json.parse(singleQuoted.replace('\'', '"')), TV);
  }

  private static Impression read(String singleQuoted) {
    return impression(singleQuoted).report().orElseThrow();
  }

  private static Telling<ContentError> error(String singleQuoted) {
    return Telling.contentError(Json.parse(singleQuoted.replace('\'', '"')), TV);
  }

  @Nested
  class An_impression {
    @Test
    void that_begins_has_neither_duration_nor_completion() {
      var start = read("{'contentId':'movie','playlistId':'morning','timestamp':1772353800120}");
      assertEquals(Kind.START, start.kind());
      assertEquals(Optional.of("morning"), start.playlist());
      assertEquals(Optional.of(Instant.ofEpochMilli(1772353800120L)), start.said());
      assertEquals(Optional.empty(), start.seconds());
    }

    @Test
    void that_ends_has_them_and_zero_is_a_value() {
      var end = read("{'contentId':'movie','timestamp':1,'duration':0,'completionPercentage':0}");
      assertEquals(Kind.END, end.kind());
      assertEquals(Optional.of(0), end.seconds());
      assertEquals(Optional.of(0), end.completion());
    }

    @Test
    void is_rounded_to_whole_numbers() {
      var end = read("{'contentId':'movie','duration':9.5,'completionPercentage':99.4}");
      assertEquals(Optional.of(10), end.seconds());
      assertEquals(Optional.of(99), end.completion());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "1772353800120",
          "1772353800120.0",
          "'1772353800120'",
          "'2026-03-01T08:30:00.120Z'",
          "'2026-03-01T09:30:00.120+01:00'"
        })
    void rule_3_has_its_time_as_a_number_or_as_a_text(String time) {
      var start = read("{'contentId':'movie','timestamp':%s}".formatted(time));
      assertEquals(Optional.of(Instant.parse("2026-03-01T08:30:00.120Z")), start.said());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"null", "''", "'soon'", "{}", "true", "1e300", "-1e300", "'1e999999999'"})
    void whose_time_cannot_be_read_is_filed_when_it_came(String time) {
      var start = read("{'contentId':'movie','timestamp':%s}".formatted(time));
      assertEquals(Optional.empty(), start.said());
      assertEquals(NOW, start.at());
    }

    @ParameterizedTest
    @CsvSource({
      "2026-02-22T08:30:00Z, 2026-02-22",
      "2026-02-22T08:29:59Z, 2026-03-01",
      "2026-03-01T08:35:00Z, 2026-03-01",
      "1970-01-01T00:00:00Z, 2026-03-01",
      "2031-01-01T00:00:00Z, 2026-03-01"
    })
    void rule_76_counts_for_the_utc_day_of_the_device_where_that_can_be_right(
        String said, LocalDate day) {
      var start = read("{'contentId':'movie','timestamp':'%s'}".formatted(said));
      assertEquals(day, start.day());
      assertEquals(Optional.of(Instant.parse(said)), start.said());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{'timestamp':1}",
          "{'contentId':null}",
          "{'contentId':''}",
          "{'contentId':[]}",
          "null",
          "'movie'",
          "[]"
        })
    void without_content_is_dropped(String bare) {
      assertEquals(Optional.empty(), impression(bare).report());
    }

    @Test
    void with_an_id_longer_than_any_is_dropped() {
      var long129 = "x".repeat(129);
      assertEquals(Optional.empty(), impression("{'contentId':'%s'}".formatted(long129)).report());
    }

    @Test
    void with_a_number_that_cannot_be_is_kept_without_it() {
      var telling = impression("{'contentId':'a','duration':-1,'completionPercentage':101,'x':0}");
      var end = telling.report().orElseThrow();
      assertEquals(Kind.END, end.kind());
      assertEquals(Optional.empty(), end.seconds());
      assertEquals(2, telling.malformed());
      assertEquals(1, telling.unknown());
    }
  }

  @Nested
  class A_content_error {
    @Test
    void of_the_electron_display_is_read_whole() {
      var telling =
          error(
              """
              {'contentId':'movie','errorType':'playback_error','errorMessage':'codec','timestamp':1772353800120}""");
      var said = telling.report().orElseThrow();
      assertEquals(Type.PLAYBACK_ERROR, said.type());
      assertEquals(Optional.of("codec"), said.message());
      assertEquals(0, telling.unknown() + telling.malformed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'load_error'", "'?'", "null", "7", "{}"})
    void rule_5_of_an_unknown_type_is_unknown(String type) {
      var said = error("{'contentId':'movie','errorType':%s}".formatted(type));
      assertEquals(Type.UNKNOWN, said.report().orElseThrow().type());
    }

    @Test
    void has_bounded_texts() {
      var said =
          error("{'contentId':'a','errorMessage':'%s'}".formatted("x".repeat(100_000)))
              .report()
              .orElseThrow();
      assertEquals(500, said.message().orElseThrow().length());
    }

    @Test
    void without_content_is_still_an_error() {
      assertEquals("", error("{'errorType':'timeout'}").report().orElseThrow().content());
    }

    @Test
    void that_is_no_object_tells_nothing() {
      assertEquals(Optional.empty(), error("null").report());
    }
  }

  /** Rule 7: decoding is total. */
  @Test
  void whatever_json_comes_nothing_is_thrown() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      var json = any(random, 4);
      assertDoesNotThrow(
          () -> {
            HeartbeatReport.of(json);
            Telling.impression(json, TV).report().map(Impression::day);
            Telling.contentError(json, TV).report().map(ContentError::day);
          },
          () -> "seed " + seed + ": " + json);
    }
  }

  private static final List<String> NAMES =
      List.of(
          "metrics",
          "cpuUsage",
          "memoryUsage",
          "temperature",
          "currentContent",
          "contentId",
          "playlistId",
          "duration",
          "completionPercentage",
          "timestamp",
          "errorType",
          "errorMessage",
          "errorCode",
          "appVersion",
          "contentVersion",
          "screenState",
          "other");

  private static JsonNode any(Random random, int depth) {
    var make = JsonNodeFactory.instance;
    return switch (random.nextInt(depth > 0 ? 14 : 10)) {
      case 0 -> make.nullNode();
      case 1 -> make.booleanNode(random.nextBoolean());
      case 2 -> make.numberNode(random.nextLong());
      case 3 -> DoubleNode.valueOf(List.of(Double.NaN, 1e308, -0.0, 5e-324).get(random.nextInt(4)));
      case 4 -> DecimalNode.valueOf(new BigDecimal("1e" + random.nextInt(9_000)));
      case 5 ->
          make.textNode(
              random
                  .ints(random.nextInt(200), 0, 0xFFFF)
                  .collect(StringBuilder::new, (s, c) -> s.append((char) c), StringBuilder::append)
                  .toString());
      case 6 ->
          make.textNode(
              List.of("2026-13-01T00:00:00Z", "9e999999999", "+999999999-01-01T00:00:00Z", "-", "0")
                  .get(random.nextInt(5)));
      case 7 -> BinaryNode.valueOf(new byte[random.nextInt(9)]);
      case 8 -> MissingNode.getInstance();
      case 9 -> make.numberNode(random.nextInt(200));
      case 10 -> {
        var array = make.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(any(random, depth - 1));
        }
        yield array;
      }
      default -> {
        var object = make.objectNode();
        for (int i = random.nextInt(9); i > 0; i--) {
          var value = any(random, depth - 1);
          if (!value.isMissingNode()) {
            object.set(NAMES.get(random.nextInt(NAMES.size())), value);
          }
        }
        yield object;
      }
    };
  }
}
