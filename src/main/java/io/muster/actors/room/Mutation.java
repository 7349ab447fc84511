package io.muster.actors.room;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What somebody wants to become of an entity that a room holds.
 *
 * @param opId under which it is done once, however often it is asked for
 * @param id of the entity; one is made up for what is created without
 * @param fields a JSON object: all of a new entity, or what changes of one
 * @param base the version that its author knew; without one nothing is in conflict
 */
public record Mutation(
    String opId,
    String entity,
    Kind kind,
    Optional<String> id,
    String fields,
    OptionalLong base,
    Policy policy,
    String by) {

  public enum Kind {
    CREATE("created"),
    UPDATE("updated"),
    /** All of it, and not only what changes. */
    REPLACE("updated"),
    DELETE("deleted");

    private final String done;

    Kind(String done) {
      this.done = done;
    }

    /** The action in the name of the event. */
    String done() {
      return done;
    }
  }

  public enum Policy {
    /** Only a field that somebody else has changed meanwhile is in conflict. */
    FIELD_MERGE,
    /** Any change meanwhile is. */
    STRICT
  }

  int fingerprint() {
    return Objects.hash(entity, kind.name(), id, fields, base, policy.name());
  }
}
