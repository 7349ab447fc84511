package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A request's JSON object, read field by field; what nobody has asked for is refused by {@link
 * #complete}.
 */
final class Body {
  private final ObjectNode json;
  private final Set<String> known = new HashSet<>();

  /** What a client sent cannot be used; the message says what was expected. */
  static final class NotUnderstood extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotUnderstood(String message) {
      super(message);
    }
  }

  private Body(ObjectNode json) {
    this.json = json;
  }

  /** An empty text counts as an empty object, for requests whose every field is optional. */
  static Body of(String text) {
    if (text.isBlank()) {
      return new Body(Json.object());
    }
    try {
      if (Json.parse(text) instanceof ObjectNode object) {
        return new Body(object);
      }
    } catch (IllegalArgumentException e) {
      throw new NotUnderstood(e.getMessage());
    }
    throw new NotUnderstood("expected a JSON object");
  }

  private Optional<JsonNode> field(String name) {
    known.add(name);
    return Optional.ofNullable(json.get(name)).filter(value -> !value.isNull());
  }

  Optional<String> text(String name, int charsMax) {
    return field(name)
        .map(
            value -> {
              require(
                  value.isTextual()
                      && !value.asText().isBlank()
                      && value.asText().length() <= charsMax,
                  "%s is a text of 1 to %d characters".formatted(name, charsMax));
              return value.asText();
            });
  }

  String needText(String name, int charsMax) {
    return text(name, charsMax).orElseThrow(() -> new NotUnderstood(name + " is missing"));
  }

  OptionalLong whole(String name, long min, long max) {
    var value = field(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    require(
        value.get().isIntegralNumber()
            && value.get().canConvertToLong()
            && value.get().longValue() >= min
            && value.get().longValue() <= max,
        "%s is a whole number from %d to %d".formatted(name, min, max));
    return OptionalLong.of(value.get().longValue());
  }

  Optional<Boolean> flag(String name) {
    return field(name)
        .map(
            value -> {
              require(value.isBoolean(), name + " is true or false");
              return value.booleanValue();
            });
  }

  Optional<List<String>> texts(String name, int max) {
    return field(name)
        .map(
            value -> {
              require(
                  value.isArray() && value.size() <= max,
                  "%s is a list of at most %d texts".formatted(name, max));
              var texts = new ArrayList<String>();
              for (JsonNode item : value) {
                require(item.isTextual(), name + " holds texts only");
                texts.add(item.asText());
              }
              return texts;
            });
  }

  Optional<JsonNode> any(String name) {
    return field(name);
  }

  Optional<Body> object(String name) {
    return field(name)
        .map(
            value -> {
              require(value.isObject(), name + " is an object");
              return new Body((ObjectNode) value);
            });
  }

  /** Call after the last field has been read. */
  void complete() {
    json.fieldNames()
        .forEachRemaining(
            name ->
                require(
                    known.contains(name),
                    "unknown field "
                        + Json.text(
                            Json.object()
                                .textNode(name.length() > 64 ? name.substring(0, 64) : name))));
  }

  static void require(boolean condition, String expected) {
    if (!condition) {
      throw new NotUnderstood(expected);
    }
  }
}
