package io.muster.actors.room;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The last events of a room, so that most who come back need no journal. Confined to the room. */
final class Recent {
  private static final int EVENTS_MAX = 1_000;
  private static final long CHARS_MAX = 512 * 1024;

  private final ArrayDeque<RoomEvent> events = new ArrayDeque<>();
  private long chars;

  void add(RoomEvent event) {
    events.addLast(event);
    chars += event.payload().length();
    while (events.size() > EVENTS_MAX || chars > CHARS_MAX && events.size() > 1) {
      chars -= events.removeFirst().payload().length();
    }
  }

  /** Absent when what follows is not all known here. */
  Optional<List<RoomEvent>> after(long seq, int limit) {
    if (events.isEmpty() || events.getFirst().id().seq() > seq + 1) {
      return Optional.empty();
    }
    var found = new ArrayList<RoomEvent>(Math.min(limit, events.size()));
    for (RoomEvent event : events) {
      if (event.id().seq() > seq && found.size() < limit) {
        found.add(event);
      }
    }
    return Optional.of(found);
  }
}
