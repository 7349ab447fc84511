package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * An event for clients, encoded at most once per wire dialect however many sockets it goes to.
 * Immutable, thread-safe.
 */
public final class Frame {
  private final String event;
  private final List<JsonNode> arguments;

  private Frame(String event, List<JsonNode> arguments) {
    this.event = event;
    this.arguments = arguments;
  }

  public static Frame event(String name, JsonNode... arguments) {
    return new Frame(name, List.of(arguments));
  }

  public String event() {
    return event;
  }

  public List<JsonNode> arguments() {
    return arguments;
  }
}
