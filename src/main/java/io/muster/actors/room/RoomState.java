package io.muster.actors.room;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a room knows of all that has happened in it. The events themselves are in its journal.
 *
 * @param head the last event; {@link EventId#BEGINNING} before the first
 * @param keys of the last events that were asked for under one, oldest first
 */
public record RoomState(EventId head, List<Used> keys) {
  static final RoomState NEW = new RoomState(EventId.BEGINNING, List.of());
  static final int KEYS_MAX = 1_000;
  static final Duration KEYS_KEPT = Duration.ofHours(24);

  public record Used(String key, EventId id, Instant at, int fingerprint) {}

  public RoomState {
    keys = List.copyOf(keys);
  }

  RoomState after(Published published) {
    var event = published.event();
    return new RoomState(
        event.id(),
        published
            .key()
            .map(key -> with(new Used(key, event.id(), event.at(), published.fingerprint())))
            .orElse(keys));
  }

  private List<Used> with(Used one) {
    var next = new ArrayList<Used>(keys.size() + 1);
    int surplus = keys.size() + 1 - KEYS_MAX;
    for (Used known : keys) {
      if (surplus-- <= 0 && known.at().plus(KEYS_KEPT).isAfter(one.at())) {
        next.add(known);
      }
    }
    next.add(one);
    return next;
  }

  Optional<Used> used(String key, Instant now) {
    return keys.stream()
        .filter(known -> known.key().equals(key) && known.at().plus(KEYS_KEPT).isAfter(now))
        .findFirst();
  }
}
