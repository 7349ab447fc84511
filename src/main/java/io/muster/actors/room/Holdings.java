package io.muster.actors.room;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import scala.collection.immutable.HashMap$;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The entities that a room holds for an application without a store of its own. Immutable, and a
 * change shares with what was before all that has not changed.
 *
 * @param chars of all data
 */
record Holdings(scala.collection.immutable.Map<String, Held> all, long chars) {
  static final int ENTITIES_MAX = 10_000;
  static final long CHARS_MAX = 32L * 1024 * 1024;
  static final Holdings NONE = new Holdings(HashMap$.MODULE$.empty(), 0);
  private static final String ID = "id";
  private static final int ID_CHARS_MAX = 128;
  private static final JsonMapper JSON = new JsonMapper();

  static Holdings of(Collection<Held> held) {
    var holdings = NONE;
    for (Held one : held) {
      holdings = holdings.with(one);
    }
    return holdings;
  }

  Collection<Held> held() {
    return CollectionConverters.asJava(all.values().toSeq());
  }

  List<Held> of(String entity) {
    return held().stream().filter(one -> one.entity().equals(entity)).toList();
  }

  Optional<Held> find(String entity, String id) {
    return Optional.ofNullable(all.getOrElse(key(entity, id), () -> null));
  }

  private static String key(String entity, String id) {
    return entity + "\n" + id;
  }

  private Holdings with(Held one) {
    long before = find(one.entity(), one.id()).map(Holdings::size).orElse(0L);
    return new Holdings(all.updated(key(one.entity(), one.id()), one), chars - before + size(one));
  }

  private Holdings without(String entity, String id) {
    long before = find(entity, id).map(Holdings::size).orElse(0L);
    return new Holdings(all.removed(key(entity, id)), chars - before);
  }

  private static long size(Held one) {
    return one.data().length();
  }

  // ── what a wish comes to ──

  sealed interface Outcome {
    /**
     * @param held as it is then; of what is deleted as it was
     */
    record Change(Held held) implements Outcome {}

    record Not(Answer why) implements Outcome {}
  }

  Outcome outcome(Mutation wanted) {
    ObjectNode fields;
    try {
      fields = object(wanted.fields());
    } catch (IllegalArgumentException e) {
      return not(Refusal.INVALID);
    }
    return switch (wanted.kind()) {
      case CREATE -> created(wanted, fields);
      case UPDATE, REPLACE -> updated(wanted, fields);
      case DELETE -> deleted(wanted);
    };
  }

  private Outcome created(Mutation wanted, ObjectNode fields) {
    var id = wanted.id().or(() -> text(fields)).orElseGet(() -> newId(wanted));
    if (id.isEmpty() || id.length() > ID_CHARS_MAX) {
      return not(Refusal.INVALID);
    }
    var known = find(wanted.entity(), id);
    if (known.isPresent()) {
      return new Outcome.Not(new Answer.Conflict(known.get()));
    }
    var data = fields.put(ID, id).toString();
    return all.size() >= ENTITIES_MAX || chars + data.length() > CHARS_MAX
        ? not(Refusal.FULL)
        : new Outcome.Change(new Held(wanted.entity(), id, 1, data, Map.of()));
  }

  static String idOnly(Held held) {
    return JSON.createObjectNode().put(ID, held.id()).toString();
  }

  private static Optional<String> text(ObjectNode fields) {
    return Optional.of(fields.path(ID).asText("")).filter(id -> !id.isEmpty());
  }

  /** The same when the same operation is asked for again. */
  private static String newId(Mutation wanted) {
    return UUID.nameUUIDFromBytes(
            (wanted.by() + "\n" + wanted.opId()).getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  private Outcome updated(Mutation wanted, ObjectNode fields) {
    fields.remove(ID);
    var found = wanted.id().flatMap(id -> find(wanted.entity(), id));
    if (found.isEmpty()) {
      return not(Refusal.ABSENT);
    }
    var known = found.get();
    var before = object(known.data());
    var names = new LinkedHashSet<String>();
    fields.fieldNames().forEachRemaining(names::add);
    if (wanted.kind() == Mutation.Kind.REPLACE) {
      before.fieldNames().forEachRemaining(names::add);
      before = JSON.createObjectNode().put(ID, known.id());
    }
    if (isInConflict(known, wanted, names)) {
      return new Outcome.Not(new Answer.Conflict(known));
    }
    long version = known.version() + 1;
    var changed = new HashMap<>(known.changed());
    names.forEach(name -> changed.put(name, version));
    var data = before.<ObjectNode>setAll(fields).toString();
    return chars + data.length() - known.data().length() > CHARS_MAX
        ? not(Refusal.FULL)
        : new Outcome.Change(new Held(known.entity(), known.id(), version, data, changed));
  }

  private static boolean isInConflict(Held known, Mutation wanted, Set<String> fields) {
    if (wanted.base().isEmpty() || wanted.base().getAsLong() >= known.version()) {
      return false;
    }
    return wanted.policy() == Mutation.Policy.STRICT
        || known.hasChangedSince(wanted.base().getAsLong(), fields);
  }

  private Outcome deleted(Mutation wanted) {
    var found = wanted.id().flatMap(id -> find(wanted.entity(), id));
    if (found.isEmpty()) {
      return not(Refusal.ABSENT);
    }
    var known = found.get();
    boolean isOld = wanted.base().isPresent() && wanted.base().getAsLong() < known.version();
    return isOld
        ? new Outcome.Not(new Answer.Conflict(known))
        : new Outcome.Change(
            new Held(
                known.entity(), known.id(), known.version() + 1, known.data(), known.changed()));
  }

  private static Outcome not(Refusal why) {
    return new Outcome.Not(new Answer.No(why));
  }

  private static ObjectNode object(String text) {
    try {
      if (JSON.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("an object in JSON", e);
    }
    throw new IllegalArgumentException("an object in JSON");
  }

  // ── what has happened ──

  Holdings after(Mutation.Kind kind, Held held) {
    return kind == Mutation.Kind.DELETE ? without(held.entity(), held.id()) : with(held);
  }
}
