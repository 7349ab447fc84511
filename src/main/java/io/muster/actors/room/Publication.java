package io.muster.actors.room;

import java.util.Objects;
import java.util.Optional;

/**
 * What somebody wants to publish.
 *
 * @param key under which it is published once, however often it is asked for
 */
public record Publication(
    String type,
    String payload,
    Priority priority,
    Audience audience,
    Optional<String> opId,
    String by,
    Optional<String> key) {

  int fingerprint() {
    return Objects.hash(type, payload, priority.name(), audience, opId);
  }
}
