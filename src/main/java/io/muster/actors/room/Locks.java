package io.muster.actors.room;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody in a room keeps others from changing, for as long as that one is here. A lock is a
 * courtesy: it hinders nobody's change. Confined to the room, and never persisted.
 */
final class Locks {
  static final int MAX = 10_000;

  /** An entity that is locked. */
  record Locked(String entity, String id) {}

  record Lock(Locked what, Member by) {}

  private final Map<Locked, Member> all = new HashMap<>();

  /** Who has it already, if that is somebody else. */
  Optional<Member> holder(Locked what, String participant) {
    return Optional.ofNullable(all.get(what))
        .filter(holder -> !holder.participant().equals(participant));
  }

  boolean isFull() {
    return all.size() >= MAX;
  }

  /** Whether it was free. */
  boolean take(Locked what, Member by) {
    return all.put(what, by) == null;
  }

  /** Whether it was theirs. */
  boolean release(Locked what, String participant) {
    var holder = all.get(what);
    boolean isTheirs = holder != null && holder.participant().equals(participant);
    if (isTheirs) {
      all.remove(what);
    }
    return isTheirs;
  }

  /** All of somebody who has gone. */
  List<Lock> releaseAll(String participant) {
    var theirs =
        all.entrySet().stream()
            .filter(one -> one.getValue().participant().equals(participant))
            .map(one -> new Lock(one.getKey(), one.getValue()))
            .toList();
    theirs.forEach(lock -> all.remove(lock.what()));
    return theirs;
  }
}
