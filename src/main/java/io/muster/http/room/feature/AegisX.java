package io.muster.http.room.feature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.Held;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.type.FeatureType;
import io.muster.http.Json;
import io.muster.http.edge.Frame;

/** How things are said to AegisX clients. */
public final class AegisX {
  private static final int VERSION = 1;

  private AegisX() {}

  private record Told(String payload, EventId before, boolean isReplay, String places) {}

  /**
   * @param before what the client was told before it in this room
   * @param places where the client is after it; empty when it is in too many
   */
  static Frame event(
      RoomId room, Heard heard, String payload, EventId before, boolean isReplay, String places) {
    return heard.as(
        new Told(payload, before, isReplay, places),
        Frame.class,
        () -> {
          var event = heard.event();
          var data = Json.parse(payload);
          var said =
              room.type().equals(FeatureType.NAME)
                  ? envelope(room, event, data, before, isReplay)
                  : data;
          return places.isEmpty()
              ? Frame.event(event.type(), said)
              : Frame.event(event.type(), said, TextNode.valueOf(places));
        });
  }

  private static ObjectNode envelope(
      RoomId room, RoomEvent event, JsonNode data, EventId before, boolean isReplay) {
    var words = event.type().split("\\.", 3);
    var meta =
        Json.object()
            .put("timestamp", Json.instant(event.at()))
            .put("userId", event.by())
            .putNull("sessionId")
            .put("featureVersion", VERSION)
            .put("priority", event.priority().word())
            .put("eventId", event.id().toString())
            .put("prevEventId", before.toString());
    event.opId().ifPresent(op -> meta.put("opId", op));
    event.version().ifPresent(version -> meta.put("version", version));
    if (isReplay) {
      meta.put("replay", true);
    }
    var json =
        Json.object()
            .put("feature", room.key())
            .put("entity", words.length > 1 ? words[1] : "")
            .put("action", words.length > 2 ? words[2] : "");
    json.set("data", data);
    json.set("meta", meta);
    return json;
  }

  /** {@code {id, version, data}} */
  public static ObjectNode entity(Held held) {
    return Json.object()
        .put("id", held.id())
        .put("version", held.version())
        .set("data", Json.parse(held.data()));
  }
}
