package io.muster.http.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.RoomCommand;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.http.Json;
import io.muster.http.edge.Frame;

/**
 * What clients of a session are told: one event, {@code event}, for all that happens. Its last
 * argument is the event's id, which Socket.IO clients show when they come again.
 */
public final class LivePoll {
  private LivePoll() {}

  private record Told(String payload, EventId before, boolean isReplay) {}

  /**
   * @param payload as this guest may know it
   * @param before the event that this guest was told before this one, so that it can see a hole
   */
  static Frame event(RoomId room, Heard heard, String payload, EventId before, boolean isReplay) {
    return heard.as(
        new Told(payload, before, isReplay),
        Frame.class,
        () ->
            Frame.event(
                "event",
                envelope(room, heard.event(), payload, before, isReplay),
                TextNode.valueOf(heard.event().id().toString())));
  }

  /** What is over when it is told: it has no id, and nobody goes on after it. */
  static Frame passing(RoomId room, Heard heard, String payload) {
    return heard.as(
        payload, Frame.class, () -> Frame.event("event", passing(room, heard.event(), payload)));
  }

  /** As above. */
  public static ObjectNode passing(RoomId room, RoomEvent event, String payload) {
    var json =
        Json.object()
            .putNull("eventId")
            .put("eventType", event.type())
            .put("timestamp", Json.instant(event.at()))
            .put("sessionId", room.key());
    json.set("payload", Json.parse(payload));
    json.set("meta", Json.object().put("priority", event.priority().word()).put("volatile", true));
    return json;
  }

  static ObjectNode presence(RoomCommand.Attendees.Present present) {
    var json = Json.object().put("participantCount", present.participants());
    json.set(
        "participants",
        Json.array(
            present.members(),
            member -> {
              var one = Json.object().put("participantId", member.participant());
              member.role().ifPresent(role -> one.put("role", role));
              return one;
            }));
    return json;
  }

  /** As {@link #event}. */
  public static ObjectNode envelope(
      RoomId room, RoomEvent event, String payload, EventId before, boolean isReplay) {
    var meta =
        Json.object()
            .put("prevEventId", before.toString())
            .put("priority", event.priority().word())
            .put("userId", event.by());
    event.opId().ifPresent(op -> meta.put("opId", op));
    event.version().ifPresent(version -> meta.put("version", version));
    if (isReplay) {
      meta.put("replay", true);
    }
    var json =
        head(event.id().toString(), event.type(), Json.instant(event.at()), room)
            .<ObjectNode>set("payload", Json.parse(payload));
    return json.set("meta", meta);
  }

  private static ObjectNode head(String id, String type, String at, RoomId room) {
    return Json.object()
        .put("eventId", id)
        .put("eventType", type)
        .put("timestamp", at)
        .put("sessionId", room.key());
  }

  static Frame established(
      RoomId room, String socket, String participant, String version, EventId head, String now) {
    JsonNode payload =
        Json.object()
            .put("socketId", socket)
            .put("connectionId", socket)
            .put("sessionId", room.key())
            .put("participantId", participant)
            .put("message", "Connected to session")
            .put("serverVersion", version)
            .put("lastEventId", head.toString());
    var type = "connection:established";
    return Frame.event(
        type, head("conn-" + socket, type, now, room).<ObjectNode>set("payload", payload));
  }
}
