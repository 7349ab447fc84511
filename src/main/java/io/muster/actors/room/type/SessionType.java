package io.muster.actors.room.type;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.Audience;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A live session with a presenter, attendees and displays. Some of what happens there is not for
 * everybody, whatever its author thinks of: drafts are the presenter's, a refusal is for whom it
 * refuses, and nobody learns from a vote whose it was.
 */
public final class SessionType implements RoomType {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Audience PRESENTER = ofRoles("presenter");
  private static final Audience STAGE = ofRoles("presenter", "display");
  private static final Map<String, Audience> KNOWN =
      Map.of(
          "session:created", PRESENTER,
          "poll:created", PRESENTER,
          "poll:draft_updated", PRESENTER,
          "participant:joined", STAGE,
          "participant:left", STAGE,
          "participant:disconnected", PRESENTER,
          "participant:reconnected", PRESENTER);
  private static final String VOTER = "participantId";

  private static Audience ofRoles(String... roles) {
    return new Audience(List.of(roles), List.of(), List.of());
  }

  @Override
  public String name() {
    return "session";
  }

  @Override
  public boolean announcesPresence() {
    return true;
  }

  /** An audience that the author has named stands. */
  @Override
  public Audience audience(String eventType, String payload, Audience asked) {
    if (!asked.isEverybody()) {
      return asked;
    }
    if (eventType.equals("vote:rejected")) {
      return voter(payload)
          .map(voter -> new Audience(List.of(), List.of(voter), List.of()))
          .orElse(PRESENTER);
    }
    return KNOWN.getOrDefault(eventType, asked);
  }

  @Override
  public String payload(RoomEvent event, String guest, Optional<String> role) {
    if (!event.type().equals("vote:accepted")
        || voter(event.payload()).filter(voter -> !voter.equals(guest)).isEmpty()) {
      return event.payload();
    }
    return ((ObjectNode) read(event.payload())).without(VOTER).toString();
  }

  private static Optional<String> voter(String payload) {
    return Optional.of(read(payload).path(VOTER).asText("")).filter(voter -> !voter.isEmpty());
  }

  private static JsonNode read(String payload) {
    try {
      return JSON.readTree(payload);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a payload is JSON", e);
    }
  }
}
