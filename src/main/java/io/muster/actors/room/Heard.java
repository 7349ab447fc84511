package io.muster.actors.room;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * An event that a node has heard of, with what its dialects have made of it: each is made once,
 * however many guests are told.
 */
public final class Heard {
  private final RoomEvent event;
  private final Map<Object, Object> renderings = new ConcurrentHashMap<>(2);

  public Heard(RoomEvent event) {
    this.event = event;
  }

  public RoomEvent event() {
    return event;
  }

  /**
   * @param dialect whose rendering it is; equal ones share it
   */
  public <T> T as(Object dialect, Class<T> kind, Supplier<T> made) {
    return kind.cast(renderings.computeIfAbsent(dialect, _ -> made.get()));
  }
}
