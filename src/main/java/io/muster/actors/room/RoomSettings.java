package io.muster.actors.room;

import java.time.Duration;
import java.util.Set;

/**
 * @param grace an empty room sleeps after so long
 * @param replayMax at most so many events are told to who comes back; beyond it begins anew
 * @param roomsMax in which somebody may be at a time, on one node
 * @param snapshotEvery a room that has changed is kept whole after so long
 * @param hosted features whose entities are kept here, and not by their application; a star for all
 * @param replayPerSecond events of the past that one node tells to all of its guests together
 * @param waitingMax at most so many wishes wait for a write; more are refused
 */
public record RoomSettings(
    Duration grace,
    int replayMax,
    int replayPerSecond,
    int waitingMax,
    int roomsMax,
    Duration snapshotEvery,
    Set<String> hosted,
    RoomType.Retention retention) {
  public RoomSettings {
    hosted = Set.copyOf(hosted);
  }

  public boolean isHosted(String feature) {
    return hosted.contains(feature) || hosted.contains("*");
  }
}
