package io.muster.actors.room;

import java.util.Optional;

/**
 * An event, as the room's journal keeps it.
 *
 * @param key under which it was asked for
 * @param fingerprint of what was asked for, to tell a repeat from another wish under the same key
 * @param change of what the room holds
 */
public record Published(
    RoomEvent event, Optional<String> key, int fingerprint, Optional<Change> change) {

  /**
   * @param held as it is then; of what is deleted as it was
   */
  public record Change(Mutation.Kind kind, Held held) {}
}
