package com.example.consultations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.Audience;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Visitor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** People ask about a plan, and moderators answer. */
public final class Consultations implements RoomType {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String NAME = "consultations";
  private static final String MODERATOR = "moderator";
  private static final String TOPIC = "topic:";
  private static final int TEXT_MAX = 2_000;
  private static final Set<String> EVENTS =
      Set.of("question:asked", "question:flagged", "answer:given");

  @Override
  public String name() {
    return NAME;
  }

  /** Whoever may view them listens; who moderates them publishes. */
  @Override
  public boolean authorises(Visitor visitor, RoomView place, Action action, boolean isGranted) {
    return isGranted
        || action.isReading() && visitor.may(NAME, "view")
        || action == Action.PUBLISH && visitor.may(NAME, "moderate");
  }

  @Override
  public Optional<String> objection(RoomId room, String eventType, String payload) {
    if (!EVENTS.contains(eventType)) {
      return Optional.of("in a consultation happens one of " + EVENTS.stream().sorted().toList());
    }
    var text = read(payload).path("text").asText("");
    return text.isBlank() || text.length() > TEXT_MAX
        ? Optional.of("text has 1 to %d characters".formatted(TEXT_MAX))
        : Optional.empty();
  }

  /** What was flagged is between moderators. */
  @Override
  public Audience audience(String eventType, String payload, Audience asked) {
    return eventType.equals("question:flagged")
        ? new Audience(List.of(MODERATOR), List.of(), List.of())
        : asked;
  }

  /** Nobody but a moderator learns how to reach who has asked. */
  @Override
  public String payload(RoomEvent event, String guest, Optional<String> role) {
    if (role.equals(Optional.of(MODERATOR))
        || !(read(event.payload()) instanceof ObjectNode json)
        || !json.has("mail")) {
      return event.payload();
    }
    return json.without("mail").toString();
  }

  /** {@code consultations:ring-road:topic:noise} */
  @Override
  public boolean isIn(String view, RoomEvent event) {
    return view.startsWith(TOPIC)
        && read(event.payload()).path("topic").asText("").equals(view.substring(TOPIC.length()));
  }

  /** How much was asked and answered. */
  @Override
  public Optional<Reducer> reducer() {
    return Optional.of(
        new Reducer() {
          @Override
          public String initial() {
            return "{\"questions\":0,\"answers\":0}";
          }

          @Override
          public String reduce(String state, RoomEvent event) {
            var json = (ObjectNode) read(state);
            switch (event.type()) {
              case "question:asked" -> json.put("questions", json.path("questions").asInt() + 1);
              case "answer:given" -> json.put("answers", json.path("answers").asInt() + 1);
              default -> {}
            }
            return json.toString();
          }
        });
  }

  @Override
  public Limits limits() {
    return new Limits(8 * 1024, 500, 1_024);
  }

  /** A consultation lasts longer than a day. */
  @Override
  public Retention retention(Retention usual) {
    return new Retention(Duration.ofDays(30), usual.events(), usual.bytes());
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a payload is JSON", e);
    }
  }
}
