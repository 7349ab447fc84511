package io.muster.persistence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One JSON object of the journal. Fields that nobody asks for are ignored: a newer version may have
 * added them.
 */
final class JsonReader {
  /** Under this name lies foreign JSON that is handed on as it came, at any depth. */
  private static final String RAW = "payload";

  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, Object> fields;

  private JsonReader(Map<String, Object> fields) {
    this.fields = fields;
  }

  /**
   * @throws IllegalArgumentException for anything but one JSON object
   */
  static JsonReader object(byte[] bytes) {
    try (var parser = JSON.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      return object(parser, bytes);
    } catch (IOException e) {
      throw new IllegalArgumentException("not a JSON object", e);
    }
  }

  private static JsonReader object(JsonParser parser, byte[] bytes) throws IOException {
    var fields = new HashMap<String, Object>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      fields.put(name, name.equals(RAW) ? raw(parser, bytes) : value(parser, bytes));
    }
    return new JsonReader(fields);
  }

  private static Object value(JsonParser parser, byte[] bytes) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, bytes);
      case START_ARRAY -> {
        var items = new ArrayList<Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser, bytes));
        }
        yield items;
      }
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> parser.getText();
    };
  }

  private static String raw(JsonParser parser, byte[] bytes) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int to = (int) parser.currentLocation().getByteOffset();
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  String text(String name) {
    return required(name, String.class);
  }

  Optional<String> maybeText(String name) {
    return Optional.ofNullable(fields.get(name)).map(String.class::cast);
  }

  long number(String name) {
    return required(name, Long.class);
  }

  OptionalLong maybeNumber(String name) {
    var value = (Long) fields.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  boolean flag(String name) {
    return required(name, Boolean.class);
  }

  Instant instant(String name) {
    return Instant.parse(text(name));
  }

  Optional<Instant> maybeInstant(String name) {
    return maybeText(name).map(Instant::parse);
  }

  JsonReader object(String name) {
    return required(name, JsonReader.class);
  }

  Optional<JsonReader> maybeObject(String name) {
    return Optional.ofNullable(fields.get(name)).map(JsonReader.class::cast);
  }

  List<String> texts(String name) {
    return list(name, String.class::cast);
  }

  <T> List<T> objects(String name, Function<JsonReader, T> each) {
    return list(name, item -> each.apply((JsonReader) item));
  }

  /** Empty when there are none. */
  List<String> maybeTexts(String name) {
    return fields.containsKey(name) ? texts(name) : List.of();
  }

  /** Empty when there are none. */
  <T> List<T> maybeObjects(String name, Function<JsonReader, T> each) {
    return fields.containsKey(name) ? objects(name, each) : List.of();
  }

  private <T> List<T> list(String name, Function<Object, T> each) {
    return ((List<?>) required(name, List.class)).stream().<T>map(each::apply).toList();
  }

  private <T> T required(String name, Class<T> type) {
    var value = fields.get(name);
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException("field '" + name + "' is missing or of another kind");
    }
    return type.cast(value);
  }
}
