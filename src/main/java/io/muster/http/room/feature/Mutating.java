package io.muster.http.room.feature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.Mutation;
import io.muster.actors.room.Mutation.Kind;
import io.muster.actors.room.Mutation.Policy;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.type.FeatureType;
import io.muster.http.Json;
import io.muster.http.auth.Verdict.Participant;
import io.muster.http.room.RoomError;
import io.muster.http.room.RoomLaw.Ruling;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A change of an entity, from what a client says to what it is answered. */
record Mutating(FeatureDoor door, Participant one) {
  private static final int TEXT_MAX = 128;

  void mutate(JsonNode said, Consumer<ObjectNode> answer) {
    RoomId room;
    Mutation wanted;
    try {
      room = new RoomId(FeatureType.NAME, text(said, "feature"));
      wanted = wanted(said);
      var place = FeatureType.entity(room, wanted.entity());
      if (door.law().judge(one, place, action(wanted.kind()))
          instanceof Ruling.Not(RoomError why)) {
        answer.accept(refused(why));
        return;
      }
    } catch (IllegalArgumentException e) {
      answer.accept(refused(RoomError.VALIDATION_ERROR, e.getMessage()));
      return;
    }
    if (!door.isHosted().test(room.key())) {
      answer.accept(
          refused(RoomError.VALIDATION_ERROR, "this feature's entities are not kept here"));
      return;
    }
    door.rooms().mutate(room, wanted).thenAccept(done -> answer.accept(answered(done)));
  }

  private static Action action(Kind kind) {
    return switch (kind) {
      case CREATE -> Action.CREATE;
      case UPDATE, REPLACE -> Action.UPDATE;
      case DELETE -> Action.DELETE;
    };
  }

  private Mutation wanted(JsonNode said) {
    var data = said.path("data");
    if (!data.isMissingNode() && !data.isObject()) {
      throw new IllegalArgumentException("data is an object");
    }
    var kind =
        switch (said.path("action").asText("")) {
          case "create" -> Kind.CREATE;
          case "update" -> Kind.UPDATE;
          case "delete" -> Kind.DELETE;
          default -> throw new IllegalArgumentException("action is create, update or delete");
        };
    return new Mutation(
        text(said, "opId"),
        text(said, "entity"),
        kind,
        said.hasNonNull("id") ? Optional.of(text(said, "id")) : Optional.empty(),
        data.isObject() ? Json.text(data) : "{}",
        said.path("baseVersion").canConvertToLong() && said.path("baseVersion").isNumber()
            ? OptionalLong.of(said.path("baseVersion").longValue())
            : OptionalLong.empty(),
        said.path("mergePolicy").asText("").equals("strict") ? Policy.STRICT : Policy.FIELD_MERGE,
        one.session().user());
  }

  private static String text(JsonNode said, String name) {
    var text = said.path(name).asText("");
    if (text.isEmpty() || text.length() > TEXT_MAX) {
      throw new IllegalArgumentException(
          "%s is a text of 1 to %d characters".formatted(name, TEXT_MAX));
    }
    return text;
  }

  private ObjectNode answered(Answer answer) {
    return switch (answer) {
      case Answer.Changed done -> {
        var json =
            Json.object()
                .put("ok", true)
                .put("eventId", done.id().toString())
                .put("id", done.entityId())
                .put("version", done.version());
        done.data().ifPresent(data -> json.set("data", Json.parse(data)));
        yield json;
      }
      case Answer.Conflict conflict -> {
        var json = refused(RoomError.VERSION_CONFLICT);
        ((ObjectNode) json.path("error")).set("current", AegisX.entity(conflict.current()));
        yield json;
      }
      case Answer.No no -> refused(RoomError.of(no.why()));
      case Answer.Done _ -> refused(RoomError.INTERNAL_ERROR);
    };
  }

  private ObjectNode refused(RoomError why) {
    return Json.object()
        .put("ok", false)
        .set("error", why.told("a change of an entity", door.envelope().clock().instant()));
  }

  private ObjectNode refused(RoomError why, String words) {
    return Json.object()
        .put("ok", false)
        .set("error", why.told("a change of an entity", words, door.envelope().clock().instant()));
  }
}
