package io.muster.http.room.feature;

import io.muster.actors.room.EventId;
import io.muster.actors.room.RoomView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a client was: the views that it had, and the last event that it was told in each room. It
 * is what Socket.IO clients show by themselves when they come again, {@code view,view=id;…}.
 *
 * @param positions one for the views of each room
 */
record Places(Map<List<RoomView>, EventId> positions) {
  /** More would not fit beside each event; who has more says itself where it was. */
  static final int ROOMS_MAX = 16;

  private static final int CHARS_MAX = 8_192;

  Places {
    positions = Map.copyOf(positions);
  }

  static Optional<Places> parse(String text) {
    if (text.isEmpty() || text.length() > CHARS_MAX) {
      return Optional.empty();
    }
    var positions = new LinkedHashMap<List<RoomView>, EventId>();
    try {
      for (String one : text.split(";", ROOMS_MAX + 1)) {
        int equals = one.indexOf('=');
        var views = new ArrayList<RoomView>();
        for (String view : one.substring(0, Math.max(0, equals)).split(",")) {
          views.add(RoomView.parse(view));
        }
        var id = EventId.parse(one.substring(equals + 1));
        if (id.isEmpty() || views.stream().map(RoomView::room).distinct().count() != 1) {
          return Optional.empty();
        }
        positions.put(List.copyOf(views), id.get());
      }
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
    return Optional.of(new Places(positions));
  }
}
