package io.muster.actors.room;

import io.muster.actors.room.RoomCommand.ToRelay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Who is in a room, by all nodes, and what is to be said of it. Somebody who has lost the last
 * connection is here for a moment longer, because most come back. Confined to the room, and never
 * persisted.
 */
final class Presence {
  /** Less than it takes a person to notice. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private static final int REMEMBERED_MAX = 10_000;

  enum News {
    JOINED("participant:joined"),
    DISCONNECTED("participant:disconnected"),
    RECONNECTED("participant:reconnected");

    final String event;

    News(String event) {
      this.event = event;
    }
  }

  record Change(News news, Member member) {}

  private record Connection(Member member, ActorRef<ToRelay> relay) {}

  private record Leaver(Member member, Instant at) {}

  private final Map<String, Connection> connections = new LinkedHashMap<>();
  private final Map<String, Set<String>> byParticipant = new HashMap<>();
  private final Map<String, Leaver> leavers = new LinkedHashMap<>();
  private final Set<String> known = new HashSet<>();

  boolean has(String connection) {
    return connections.containsKey(connection);
  }

  int connections() {
    return connections.size();
  }

  /** Distinct people, those who may come back in a moment included. */
  int participants() {
    return byParticipant.size() + leavers.size();
  }

  List<Member> members() {
    var one = new LinkedHashMap<String, Member>();
    connections.values().forEach(c -> one.putIfAbsent(c.member().participant(), c.member()));
    return List.copyOf(one.values());
  }

  /** What is to be said of it, if anything. */
  Optional<Change> came(Member member, ActorRef<ToRelay> relay) {
    if (connections.put(member.connection(), new Connection(member, relay)) != null) {
      return Optional.empty();
    }
    var name = member.participant();
    byParticipant.computeIfAbsent(name, _ -> new HashSet<>()).add(member.connection());
    boolean wasHere = leavers.remove(name) != null || byParticipant.get(name).size() > 1;
    if (wasHere) {
      return Optional.empty();
    }
    boolean isNew = known.size() >= REMEMBERED_MAX || known.add(name);
    return Optional.of(new Change(isNew ? News.JOINED : News.RECONNECTED, member));
  }

  void went(String connection, Instant now) {
    var was = connections.remove(connection);
    if (was == null) {
      return;
    }
    var name = was.member().participant();
    var others = byParticipant.get(name);
    others.remove(connection);
    if (others.isEmpty()) {
      byParticipant.remove(name);
      leavers.put(name, new Leaver(was.member(), now));
    }
  }

  /** All who were here by one node. */
  List<String> gone(ActorRef<ToRelay> relay) {
    return connections.entrySet().stream()
        .filter(one -> one.getValue().relay().equals(relay))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Those who have not come back. */
  List<Change> left(Instant now) {
    var left = new ArrayList<Change>();
    leavers
        .values()
        .removeIf(
            leaver -> {
              boolean isOver = !leaver.at().plus(GRACE).isAfter(now);
              if (isOver) {
                left.add(new Change(News.DISCONNECTED, leaver.member()));
              }
              return isOver;
            });
    return left;
  }

  boolean isAnybodyLeaving() {
    return !leavers.isEmpty();
  }
}
