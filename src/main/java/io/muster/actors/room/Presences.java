package io.muster.actors.room;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** What a room itself says of who is there, as payloads. */
final class Presences {
  private Presences() {}

  private static ObjectNode json() {
    return JsonNodeFactory.instance.objectNode();
  }

  static String told(Member member, int count, Instant at) {
    var json = json().put("participantId", member.participant());
    member.role().ifPresent(role -> json.put("role", role));
    return json.put("participantCount", count).put("at", at.toString()).toString();
  }

  static String count(int count) {
    return json().put("participantCount", count).toString();
  }

  static String lock(Locks.Lock lock) {
    return json()
        .put("id", lock.what().id())
        .put("userId", lock.by().participant())
        .put("lockType", "edit")
        .toString();
  }
}
