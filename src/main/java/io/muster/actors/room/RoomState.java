package io.muster.actors.room;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a room knows of all that has happened in it. The events themselves are in its journal.
 *
 * @param head the last event; {@link EventId#BEGINNING} before the first
 * @param keys of the last events that were asked for under one, oldest first
 * @param held by this room for its application
 * @param document that this room holds, if it holds one
 * @param folded what the type's reducer has made of all events, if it has one
 */
public record RoomState(
    EventId head, List<Used> keys, Holdings holdings, Document document, Optional<String> folded) {
  static final RoomState NEW =
      new RoomState(EventId.BEGINNING, List.of(), Holdings.NONE, Document.EMPTY, Optional.empty());
  static final int KEYS_MAX = 1_000;
  static final Duration KEYS_KEPT = Duration.ofHours(24);

  /**
   * @param about what was changed under the key
   */
  public record Used(String key, EventId id, Instant at, int fingerprint, Optional<About> about) {}

  public record About(String entity, String id, long version) {
    static About of(Held held) {
      return new About(held.entity(), held.id(), held.version());
    }
  }

  public RoomState {
    keys = List.copyOf(keys);
  }

  /** As it was kept. */
  public static RoomState of(
      EventId head,
      List<Used> keys,
      Collection<Held> held,
      List<String> updates,
      Optional<String> folded) {
    return new RoomState(head, keys, Holdings.of(held), Document.of(updates), folded);
  }

  public Collection<Held> held() {
    return holdings.held();
  }

  RoomState after(Published published, RoomType type) {
    var event = published.event();
    return new RoomState(
        event.id(),
        published.key().map(key -> with(used(key, published))).orElse(keys),
        published
            .change()
            .map(change -> holdings.after(change.kind(), change.held()))
            .orElse(holdings),
        type.documents()
            .flatMap(engine -> Document.update(event).map(one -> document.with(one, engine)))
            .orElse(document),
        type.reducer()
            .flatMap(fold -> fold(fold, event, type.limits().stateChars()))
            .or(() -> folded));
  }

  private static Used used(String key, Published published) {
    var event = published.event();
    return new Used(
        key,
        event.id(),
        event.at(),
        published.fingerprint(),
        published.change().map(Published.Change::held).map(About::of));
  }

  private Optional<String> fold(RoomType.Reducer reducer, RoomEvent event, int charsMax) {
    return Optional.of(reducer.reduce(folded.orElseGet(reducer::initial), event))
        .filter(next -> next.length() <= charsMax);
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
