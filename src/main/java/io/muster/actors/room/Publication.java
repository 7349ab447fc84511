package io.muster.actors.room;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What somebody wants to publish.
 *
 * @param version of the thing it is about, after it
 * @param key under which it is published once, however often it is asked for
 */
public record Publication(
    String type,
    String payload,
    Priority priority,
    Audience audience,
    Optional<String> opId,
    OptionalLong version,
    String by,
    Optional<String> key) {

  int fingerprint() {
    return Objects.hash(type, payload, priority.name(), audience, opId, version);
  }
}
