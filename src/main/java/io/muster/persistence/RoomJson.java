package io.muster.persistence;

import io.muster.actors.room.Audience;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Priority;
import io.muster.actors.room.Published;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomState;
import io.muster.actors.room.RoomState.Used;
import java.util.Locale;
import java.util.Optional;

/** Rooms as the journal spells them; read for ever, as {@link EventJson} says. */
final class RoomJson {
  static final String PUBLISHED = "room-published.v1";
  static final String STATE = "room-state.v1";

  private RoomJson() {}

  static void write(JsonWriter json, Published published) {
    var event = published.event();
    json.text("id", event.id().toString())
        .instant("at", event.at())
        .text("type", event.type())
        .text("by", event.by());
    if (event.priority() != Priority.NORMAL) {
      json.text("priority", event.priority().name().toLowerCase(Locale.ROOT));
    }
    if (!event.audience().isEverybody()) {
      json.object("audience", audience(event.audience()));
    }
    json.text("op", event.opId()).text("key", published.key());
    if (published.key().isPresent()) {
      json.number("fingerprint", published.fingerprint());
    }
    json.raw("payload", Optional.of(event.payload()));
  }

  static Published published(JsonReader json) {
    var key = json.maybeText("key");
    return new Published(
        new RoomEvent(
            id(json.text("id")),
            json.instant("at"),
            json.text("type"),
            json.text("payload"),
            json.maybeText("priority").map(RoomJson::priority).orElse(Priority.NORMAL),
            json.maybeObject("audience").map(RoomJson::audience).orElse(Audience.EVERYBODY),
            json.maybeText("op"),
            json.text("by")),
        key,
        key.isPresent() ? (int) json.number("fingerprint") : 0);
  }

  static void write(JsonWriter json, RoomState state) {
    json.text("head", state.head().toString())
        .objects(
            "keys",
            state.keys(),
            (one, used) ->
                one.text("key", used.key())
                    .text("id", used.id().toString())
                    .instant("at", used.at())
                    .number("fingerprint", used.fingerprint()));
  }

  static RoomState state(JsonReader json) {
    return new RoomState(
        id(json.text("head")),
        json.objects(
            "keys",
            one ->
                new Used(
                    one.text("key"),
                    id(one.text("id")),
                    one.instant("at"),
                    (int) one.number("fingerprint"))));
  }

  private static JsonWriter.Fields audience(Audience audience) {
    return json ->
        json.texts("roles", audience.roles())
            .texts("participants", audience.participants())
            .texts("exclude", audience.exclude());
  }

  private static Audience audience(JsonReader json) {
    return new Audience(json.texts("roles"), json.texts("participants"), json.texts("exclude"));
  }

  private static Priority priority(String word) {
    return Priority.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static EventId id(String text) {
    return EventId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("no event is named '" + text + "'"));
  }
}
