package io.muster.persistence;

import io.muster.actors.room.Audience;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Held;
import io.muster.actors.room.Mutation;
import io.muster.actors.room.Priority;
import io.muster.actors.room.Published;
import io.muster.actors.room.Published.Change;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomState;
import io.muster.actors.room.RoomState.About;
import io.muster.actors.room.RoomState.Used;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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
      json.text("priority", event.priority().word());
    }
    if (!event.audience().isEverybody()) {
      json.object("audience", audience(event.audience()));
    }
    json.text("op", event.opId()).text("key", published.key());
    if (published.key().isPresent()) {
      json.number("fingerprint", published.fingerprint());
    }
    event.version().ifPresent(version -> json.number("version", version));
    published
        .change()
        .ifPresent(
            change ->
                json.text("change", change.kind().name().toLowerCase(Locale.ROOT))
                    .object("held", held -> writeBare(held, change.held())));
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
            json.maybeNumber("version"),
            json.text("by")),
        key,
        key.isPresent() ? (int) json.number("fingerprint") : 0,
        json.maybeObject("held").map(held -> change(json, held)));
  }

  // What an entity has become is the event's payload, and not written twice.
  private static Change change(JsonReader json, JsonReader held) {
    var kind = Mutation.Kind.valueOf(json.text("change").toUpperCase(Locale.ROOT));
    return new Change(kind, held(held, json.text("payload")));
  }

  private static void write(JsonWriter json, Held held) {
    writeBare(json, held);
    json.raw("payload", Optional.of(held.data()));
  }

  private static void writeBare(JsonWriter json, Held held) {
    json.text("entity", held.entity())
        .text("id", held.id())
        .number("version", held.version())
        .objects(
            "changed",
            held.changed().entrySet(),
            (one, field) -> one.text("field", field.getKey()).number("version", field.getValue()));
  }

  private static Held held(JsonReader json, String data) {
    return new Held(
        json.text("entity"),
        json.text("id"),
        json.number("version"),
        data,
        json.objects("changed", one -> Map.entry(one.text("field"), one.number("version"))).stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  static void write(JsonWriter json, RoomState state) {
    json.text("head", state.head().toString())
        .objects("keys", state.keys(), (one, used) -> write(one, used));
    if (!state.held().isEmpty()) {
      json.objects("held", state.held(), RoomJson::write);
    }
    if (!state.document().updates().isEmpty()) {
      json.texts("document", state.document().updates());
    }
    state
        .folded()
        .ifPresent(text -> json.object("folded", one -> one.raw("payload", Optional.of(text))));
  }

  private static void write(JsonWriter json, Used used) {
    json.text("key", used.key())
        .text("id", used.id().toString())
        .instant("at", used.at())
        .number("fingerprint", used.fingerprint());
    used.about()
        .ifPresent(
            about ->
                json.object(
                    "about",
                    one ->
                        one.text("entity", about.entity())
                            .text("id", about.id())
                            .number("version", about.version())));
  }

  static RoomState state(JsonReader json) {
    return RoomState.of(
        id(json.text("head")),
        json.objects("keys", RoomJson::used),
        json.maybeObjects("held", one -> held(one, one.text("payload"))),
        json.maybeTexts("document"),
        json.maybeObject("folded").map(folded -> folded.text("payload")));
  }

  private static Used used(JsonReader json) {
    return new Used(
        json.text("key"),
        id(json.text("id")),
        json.instant("at"),
        (int) json.number("fingerprint"),
        json.maybeObject("about")
            .map(one -> new About(one.text("entity"), one.text("id"), one.number("version"))));
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
    return Priority.of(word)
        .orElseThrow(() -> new IllegalArgumentException("no priority is named '" + word + "'"));
  }

  private static EventId id(String text) {
    return EventId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("no event is named '" + text + "'"));
  }
}
