package io.muster.actors.room;

import java.util.Map;

/**
 * An entity that a room holds.
 *
 * @param version counts its changes from 1
 * @param data a JSON object, its {@code id} included
 * @param changed the version in which each field was changed last; those that never were are absent
 */
public record Held(String entity, String id, long version, String data, Map<String, Long> changed) {
  public Held {
    changed = Map.copyOf(changed);
  }

  boolean hasChangedSince(long base, Iterable<String> fields) {
    for (String field : fields) {
      if (changed.getOrDefault(field, 1L) > base) {
        return true;
      }
    }
    return false;
  }
}
