package io.muster.actors.room;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The kinds of rooms that there are here. */
public final class RoomTypes {
  private final Map<String, RoomType> byName = new TreeMap<>();

  private RoomTypes(Collection<? extends RoomType> all) {
    for (RoomType type : all) {
      var other = byName.put(type.name(), type);
      if (other != null) {
        throw new IllegalArgumentException(
            "two kinds of rooms are named '%s': %s and %s"
                .formatted(type.name(), other.getClass().getName(), type.getClass().getName()));
      }
    }
  }

  /**
   * Our own and those on the class path.
   *
   * @throws IllegalArgumentException when two have one name
   */
  public static RoomTypes with(List<? extends RoomType> ours) {
    var all = new ArrayList<RoomType>(ours);
    ServiceLoader.load(RoomType.class).forEach(all::add);
    return new RoomTypes(all);
  }

  public Optional<RoomType> find(RoomId room) {
    return Optional.ofNullable(byName.get(room.type()));
  }

  /**
   * @throws IllegalArgumentException for a kind that is not here
   */
  RoomType of(RoomId room) {
    return find(room)
        .orElseThrow(() -> new IllegalArgumentException("no kind of room is " + room.type()));
  }
}
