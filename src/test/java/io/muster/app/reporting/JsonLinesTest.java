package io.muster.app.reporting;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.Json;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JsonLinesTest {
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final JsonLines lines = new JsonLines();

  private String line(String message, Throwable failure, KeyValuePair... ids) {
    lines.setContext(context);
    lines.start();
    var event =
        new LoggingEvent(
            "somewhere", context.getLogger("io.muster.Test"), Level.WARN, message, failure, null);
    event.setKeyValuePairs(List.of(ids));
    return new String(lines.encode(event), UTF_8);
  }

  private static JsonNode read(String line) {
    assertTrue(line.endsWith("\n"), line);
    assertEquals(1, line.lines().count(), line);
    return Json.parse(line);
  }

  @Test
  void a_line_is_one_object_with_its_level_its_words_and_its_ids() {
    var json =
        read(
            line(
                "it\nhappened \u0007",
                null,
                new KeyValuePair("device", "tv-1"),
                new KeyValuePair("epoch", 7)));
    assertEquals("WARN", json.path("level").asText());
    assertEquals("io.muster.Test", json.path("logger").asText());
    assertEquals("it\nhappened \u0007", json.path("message").asText());
    assertTrue(json.path("timestamp").asText().endsWith("Z"), json::toString);
    assertEquals("tv-1", json.path("device").asText());
    assertEquals(7, json.path("epoch").asInt());
  }

  @Test
  void a_failure_is_in_the_same_line() {
    var json = read(line("broken", new IllegalStateException("why")));
    assertTrue(json.path("error").asText().contains("why"), json::toString);
  }

  @Test
  void secrets_are_in_neither_words_nor_failures() {
    var token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0diJ9.c2lnbmF0dXJlLW9mLWl0";
    var line =
        line("Bearer " + token, new IllegalStateException("postgres://muster:geheim@db/muster"));
    read(line);
    assertFalse(line.contains(token), line);
    assertFalse(line.contains("geheim"), line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"password\":\"geheim\"}",
        "token=\"geheim\"",
        "first\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0diJ9.geheim",
        "Cookie: a=geheim",
        "Authorization: geheim"
      })
  void a_secret_is_found_where_it_would_be_behind_escapes(String said) {
    var json = read(line(said, null));
    assertTrue(json.path("message").asText().length() > 3);
    assertFalse(json.toString().contains("geheim"), json::toString);
  }
}
