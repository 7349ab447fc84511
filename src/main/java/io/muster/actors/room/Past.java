package io.muster.actors.room;

import io.muster.actors.room.RoomCommand.History;
import java.util.List;

/** What has happened, as guests of one node are told it: what was made of an event is shared. */
sealed interface Past {

  /**
   * @param head the last event of the room, when it was asked
   */
  record Told(List<Heard> events, EventId head) implements Past {
    public Told {
      events = List.copyOf(events);
    }
  }

  record Not(History why) implements Past {}

  static Past of(History history) {
    return history instanceof History.Events(List<RoomEvent> events, EventId head)
        ? new Told(events.stream().map(Heard::new).toList(), head)
        : new Not(history);
  }
}
