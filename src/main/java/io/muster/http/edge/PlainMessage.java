package io.muster.http.edge;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;

/** What either side says on a plain WebSocket, as JSON text. Pure. */
sealed interface PlainMessage {

  /** {@code {"event": name, "data"?: any, "id"?: string or integer}}; an id asks for an ack. */
  record Event(String name, Optional<JsonNode> data, Optional<JsonNode> id)
      implements PlainMessage {}

  /** {@code {"ack": id, "data"?: any}}. */
  record Ack(JsonNode id, Optional<JsonNode> data) implements PlainMessage {}

  /** Nobody can read this; the text says what was expected and goes to the client. */
  final class Malformed extends Exception {
    private Malformed(String message) {
      super(message, null, false, false);
    }
  }

  /** Longest event name and longest id, in characters. */
  int NAME_MAX = 128;

  Set<String> EVENT_FIELDS = Set.of("event", "data", "id");
  Set<String> ACK_FIELDS = Set.of("ack", "data");

  static PlainMessage read(String text) throws Malformed {
    if (!(tree(text) instanceof ObjectNode message)) {
      throw new Malformed("expected a JSON object");
    }
    var data = Optional.ofNullable(message.get("data"));
    if (message.has("ack")) {
      onlyFields(message, ACK_FIELDS);
      return new Ack(id(message.get("ack")), data);
    }
    onlyFields(message, EVENT_FIELDS);
    JsonNode name = message.path("event");
    if (!name.isTextual() || name.textValue().isEmpty() || name.textValue().length() > NAME_MAX) {
      throw new Malformed("event must be a string of 1 to " + NAME_MAX);
    }
    JsonNode id = message.get("id");
    return new Event(name.textValue(), data, id == null ? Optional.empty() : Optional.of(id(id)));
  }

  private static JsonNode tree(String text) throws Malformed {
    try {
      return Json.READER.readTree(text);
    } catch (JsonProcessingException e) {
      // The parser's own words would repeat what the client sent.
      throw new Malformed("expected JSON, not deeper than " + PlainLimits.JSON_DEPTH);
    }
  }

  private static JsonNode id(JsonNode id) throws Malformed {
    boolean number = id.isIntegralNumber() && id.canConvertToLong();
    if (!number && !(id.isTextual() && id.textValue().length() <= NAME_MAX)) {
      throw new Malformed("an id must be an integer or a string of at most " + NAME_MAX);
    }
    return id;
  }

  private static void onlyFields(ObjectNode message, Set<String> known) throws Malformed {
    for (var field : message.properties()) {
      if (!known.contains(field.getKey())) {
        throw new Malformed(
            "unknown field beside " + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }

  /**
   * One argument is the data; several, which no event of ours has, are an array.
   *
   * @param id asks for an ack when positive
   */
  static byte[] event(Frame frame, long id) {
    var message = JsonNodeFactory.instance.objectNode().put("event", frame.event());
    var arguments = frame.arguments();
    if (arguments.size() == 1) {
      message.set("data", arguments.getFirst());
    } else if (!arguments.isEmpty()) {
      message.putArray("data").addAll(arguments);
    }
    if (id > 0) {
      message.put("id", id);
    }
    return write(message);
  }

  static byte[] ack(JsonNode id, JsonNode... arguments) {
    ObjectNode message = JsonNodeFactory.instance.objectNode().set("ack", id);
    if (arguments.length > 0) {
      message.set("data", arguments[0]);
    }
    return write(message);
  }

  private static byte[] write(ObjectNode message) {
    try {
      return Json.MAPPER.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A JSON tree can always be written", e);
    }
  }

  /** One parser for all: strict, and bounded in depth. */
  final class Json {
    private static final JsonMapper MAPPER =
        JsonMapper.builder(
                new JsonFactoryBuilder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(PlainLimits.JSON_DEPTH)
                            .maxNumberLength(100)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectReader READER = MAPPER.reader();

    private Json() {}
  }
}
