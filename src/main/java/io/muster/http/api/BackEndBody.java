package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A back end's JSON object, read field by field. Fields that nobody asks for are dropped. What is
 * wrong is collected while stand-ins are returned, and told at once by {@link #complete}, in the
 * words that such back ends know.
 */
final class BackEndBody {
  /** What is wrong with it, one sentence each. */
  static final class Invalid extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> complaints;

    Invalid(List<String> complaints) {
      super(String.join("; ", complaints));
      this.complaints = List.copyOf(complaints);
    }

    List<String> complaints() {
      return complaints;
    }
  }

  private final ObjectNode json;
  private final String prefix;
  private final List<String> complaints;
  private final Optional<String> traceparent;

  private BackEndBody(
      ObjectNode json, String prefix, List<String> complaints, Optional<String> traceparent) {
    this.json = json;
    this.prefix = prefix;
    this.complaints = complaints;
    this.traceparent = traceparent;
  }

  /**
   * No body counts as an empty object, so that it is told what is missing.
   *
   * @param traceparent of the request that has brought it
   */
  static BackEndBody of(String text, Optional<String> traceparent) {
    if (text.isBlank()) {
      return new BackEndBody(Json.object(), "", new ArrayList<>(), traceparent);
    }
    try {
      if (Json.parse(text) instanceof ObjectNode object) {
        return new BackEndBody(object, "", new ArrayList<>(), traceparent);
      }
    } catch (IllegalArgumentException e) {
      throw new Invalid(List.of(e.getMessage()));
    }
    throw new Invalid(List.of("the body must be a JSON object"));
  }

  Optional<String> traceparent() {
    return traceparent;
  }

  private Optional<JsonNode> field(String name) {
    return Optional.ofNullable(json.get(name)).filter(value -> !value.isNull());
  }

  boolean has(String name) {
    return field(name).isPresent();
  }

  /** True when it is there as a text; the older form of a request may differ in that. */
  boolean hasText(String name) {
    return field(name).filter(JsonNode::isTextual).isPresent();
  }

  String text(String name) {
    var value = field(name);
    check(value.filter(JsonNode::isTextual).isPresent(), name + " must be a string");
    check(value.filter(v -> !v.asText().isBlank()).isPresent(), name + " should not be empty");
    return value.map(JsonNode::asText).orElse("");
  }

  /** Cut to the length: it is for people to read. */
  Optional<String> words(String name, int charsMax) {
    var value = field(name);
    check(value.map(JsonNode::isTextual).orElse(true), name + " must be a string");
    return value
        .map(JsonNode::asText)
        .filter(text -> !text.isBlank())
        .map(text -> text.length() <= charsMax ? text : text.substring(0, charsMax));
  }

  String oneOf(String name, Collection<String> words) {
    var value = field(name).filter(JsonNode::isTextual).map(JsonNode::asText);
    check(
        value.filter(words::contains).isPresent(),
        name + " must be one of the following values: " + String.join(", ", words));
    return value.orElse("");
  }

  ObjectNode object(String name) {
    var value = field(name).filter(JsonNode::isObject);
    check(value.isPresent(), name + " must be an object");
    return value.map(ObjectNode.class::cast).orElseGet(Json::object);
  }

  Optional<ObjectNode> maybeObject(String name) {
    return has(name) ? Optional.of(object(name)) : Optional.empty();
  }

  /** Above zero. */
  Optional<Double> positive(String name) {
    var value = field(name);
    check(
        value.map(v -> v.isNumber() && v.doubleValue() > 0).orElse(true),
        name + " must be a positive number");
    return value.map(JsonNode::doubleValue);
  }

  List<String> texts(String name, int max) {
    var texts = new ArrayList<String>();
    var value = field(name).filter(JsonNode::isArray);
    check(value.isPresent(), name + " must be an array");
    check(
        value.map(v -> v.size() <= max).orElse(true),
        "%s must contain no more than %d elements".formatted(name, max));
    value.ifPresent(
        array -> {
          for (JsonNode item : array) {
            texts.add(item.isTextual() ? item.asText() : "");
            check(item.isTextual(), "each value in %s must be a string".formatted(name));
          }
        });
    return texts;
  }

  /** Its complaints are told with ours. */
  BackEndBody nested(String name) {
    return new BackEndBody(object(name), prefix + name + ".", complaints, traceparent);
  }

  void check(boolean met, String otherwise) {
    var complaint = prefix + otherwise;
    if (!met && !complaints.contains(complaint)) {
      complaints.add(complaint);
    }
  }

  /** Call after the last field has been read. */
  void complete() {
    if (!complaints.isEmpty()) {
      throw new Invalid(complaints);
    }
  }
}
