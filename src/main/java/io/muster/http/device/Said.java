package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.Json;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;

/**
 * Telemetry read field by field. Whatever comes, nothing is thrown: a field of the wrong kind is as
 * if it had not been sent, and counted.
 */
final class Said {
  // What every store and every client can write: the years 0001 to 9999.
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");
  private static final int TIME_CHARS_MAX = 40;

  // Read only.
  private static final JsonNode EMPTY = Json.object();

  private final JsonNode json;
  private int unknown;
  private int malformed;

  /**
   * @param known what is read, and what is known and not read; anything else is counted
   */
  Said(JsonNode json, Set<String> known) {
    this.json = json;
    if (json.isObject()) {
      countUnknown(json, known);
    } else {
      malformed++;
    }
  }

  static Said nothing(Set<String> known) {
    return new Said(EMPTY, known);
  }

  int unknown() {
    return unknown;
  }

  int malformed() {
    return malformed;
  }

  boolean isObject() {
    return json.isObject();
  }

  private void countUnknown(JsonNode object, Set<String> known) {
    var names = object.fieldNames();
    while (names.hasNext()) {
      if (!known.contains(names.next())) {
        unknown++;
      }
    }
  }

  /** A part that is an object, with counts of its own. Missing is as empty. */
  Said part(String name, Set<String> known) {
    return new Said(field(name).orElse(EMPTY), known);
  }

  Optional<JsonNode> field(String name) {
    return Optional.ofNullable(json.get(name)).filter(value -> !value.isNull());
  }

  boolean has(String name) {
    return field(name).isPresent();
  }

  /** Not blank. A number will do, for some clients count their content. */
  Optional<String> id(String name, int charsMax) {
    return field(name)
        .flatMap(value -> value.isIntegralNumber() ? Optional.of(value.asText()) : text(value))
        .filter(text -> !text.isBlank())
        .flatMap(text -> text.length() <= charsMax ? Optional.of(text) : wrong());
  }

  /** May be empty. */
  Optional<String> word(String name, int charsMax) {
    return field(name)
        .flatMap(this::text)
        .flatMap(text -> text.length() <= charsMax ? Optional.of(text) : wrong());
  }

  /** Not blank; what is longer is cut. */
  Optional<String> prose(String name, int charsMax) {
    return field(name)
        .flatMap(value -> value.isNumber() ? Optional.of(value.asText()) : text(value))
        .filter(text -> !text.isBlank())
        .map(text -> text.length() <= charsMax ? text : text.substring(0, charsMax));
  }

  private Optional<String> text(JsonNode value) {
    return value.isTextual() ? Optional.of(value.textValue()) : wrong();
  }

  /** Not-a-number where it is missing, of another kind, or out of range. */
  double number(String name, double min, double max) {
    var value = field(name);
    if (value.isEmpty()) {
      return Double.NaN;
    }
    double number = value.get().isNumber() ? value.get().doubleValue() : Double.NaN;
    if (number >= min && number <= max) {
      return number;
    }
    malformed++;
    return Double.NaN;
  }

  Optional<Integer> whole(String name, int max) {
    double number = number(name, 0, max);
    return Double.isNaN(number) ? Optional.empty() : Optional.of((int) Math.round(number));
  }

  /** Milliseconds since 1970 as a number or as a text, or ISO-8601. */
  Optional<Instant> time(String name) {
    return field(name).flatMap(value -> time(value).or(this::wrong));
  }

  private static Optional<Instant> time(JsonNode value) {
    if (value.isNumber()) {
      return ofMillis(value.doubleValue());
    }
    var text = value.isTextual() ? value.textValue().strip() : "";
    if (text.isEmpty() || text.length() > TIME_CHARS_MAX) {
      return Optional.empty();
    }
    try {
      return Character.isDigit(text.charAt(0)) && text.indexOf('-') < 0
          ? ofMillis(new BigDecimal(text).doubleValue())
          : within(OffsetDateTime.parse(text).toInstant());
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> ofMillis(double millis) {
    return Math.abs(millis) < 1e15 ? within(Instant.ofEpochMilli((long) millis)) : Optional.empty();
  }

  private static Optional<Instant> within(Instant at) {
    return at.isBefore(FIRST) || at.isAfter(LAST) ? Optional.empty() : Optional.of(at);
  }

  private <T> Optional<T> wrong() {
    malformed++;
    return Optional.empty();
  }
}
