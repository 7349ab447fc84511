package io.muster.http.room;

import io.muster.actors.room.Action;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomTypes;
import io.muster.actors.room.RoomView;
import io.muster.http.auth.RoomGrants.Grant;
import io.muster.http.auth.Verdict.Participant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who may do what in which room: what the token grants, and what the kind of room makes of it.
 *
 * @param hasRoom whether one more may go into a room on this node
 */
public record RoomLaw(RoomTypes types, Predicate<RoomId> hasRoom) {

  /**
   * Somebody who may.
   *
   * @param role in the room, if the token names one
   * @param mayReplay learn of what happened before
   */
  public record Access(String guest, Optional<String> role, boolean mayReplay) {}

  public sealed interface Ruling {
    record May(RoomType type, Access access) implements Ruling {}

    record Not(RoomError why) implements Ruling {}
  }

  public Ruling judge(Participant one, RoomView place, Action action) {
    var type = types.find(place.room());
    if (type.isEmpty()) {
      return new Ruling.Not(RoomError.ROOM_TYPE_NOT_REGISTERED);
    }
    var grant = one.rooms().find(place, action);
    if (!type.get().authorises(one.visitor(), place, action, grant.isPresent())) {
      return new Ruling.Not(RoomError.PERMISSION_DENIED);
    }
    if (action == Action.SUBSCRIBE && !hasRoom.test(place.room())) {
      return new Ruling.Not(RoomError.ROOM_LIMIT_EXCEEDED);
    }
    boolean mayReplay =
        type.get()
            .authorises(
                one.visitor(),
                place,
                Action.REPLAY,
                grant.filter(Grant::mayReplay).isPresent()
                    || one.rooms().find(place, Action.REPLAY).isPresent());
    return new Ruling.May(
        type.get(), new Access(one.session().user(), grant.flatMap(Grant::as), mayReplay));
  }
}
