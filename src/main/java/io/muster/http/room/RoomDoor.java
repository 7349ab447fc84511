package io.muster.http.room;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.EventId;
import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Rooms;
import io.muster.http.Envelope;
import io.muster.http.Guests;
import io.muster.http.auth.Verdict.Participant;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.SocketApplication.Joining;
import io.muster.http.edge.SocketHandler;
import io.muster.http.room.RoomLaw.Access;
import io.muster.http.room.RoomLaw.Ruling;
import java.util.List;
import java.util.Optional;

/**
 * Where guests of session rooms come in, and what all their connections share.
 *
 * @param application asked what is to become of what clients say
 * @param version of this program, told to clients
 */
public record RoomDoor(
    Rooms rooms,
    RoomLaw law,
    Recovery recovery,
    RoomGuests here,
    Guests guests,
    Envelope envelope,
    Allowance events,
    Optional<CommandHook> application,
    String version) {
  public static final String SESSION = "sessionId";
  private static final String SESSIONS = "session";

  /** The token was verified, and its session is not over. */
  public void enter(Participant participant, Joining client) {
    var named = Optional.ofNullable(client.handshake().query().get(SESSION));
    if (named.filter(name -> !name.isEmpty()).isEmpty()) {
      refuse(client, RoomError.VALIDATION_ERROR, "the query parameter sessionId is missing");
      return;
    }
    RoomId room;
    try {
      room = new RoomId(SESSIONS, named.get());
    } catch (IllegalArgumentException e) {
      refuse(client, RoomError.INVALID_ROOM_ID, e.getMessage());
      return;
    }
    switch (law.judge(participant, RoomView.whole(room), Action.SUBSCRIBE)) {
      case Ruling.May may -> enter(new Guest(participant, room, may.type(), may.access()), client);
      case Ruling.Not not ->
          refuse(client, not.why(), "this is not allowed, or there is no such session");
    }
  }

  /** Who is let in where. */
  record Guest(Participant participant, RoomId room, RoomType type, Access access) {
    String id() {
      return access.guest();
    }

    boolean mayReplay() {
      return access.mayReplay();
    }
  }

  private void enter(Guest guest, Joining client) {
    if (!guest.mayReplay()) {
      open(guest, Optional.empty(), Optional.empty(), client);
      return;
    }
    var pid = Optional.of(client.auth().path("pid").asText(""));
    var offset = EventId.parse(client.auth().path("offset").asText(""));
    var known =
        pid.filter(shown -> recovery.isOurs(shown, guest.id(), guest.room().toString()))
            .filter(_ -> offset.isPresent());
    var from = offset.map(EventId::toString).or(() -> asked(client));
    if (known.isEmpty()) {
      open(guest, from, Optional.empty(), client);
      return;
    }
    // Recovered means that nothing is missing, so the room is asked before it is said.
    rooms
        .read(guest.room(), offset.get(), 1)
        .thenAccept(
            history ->
                client
                    .loop()
                    .execute(
                        () ->
                            open(
                                guest,
                                from,
                                known.filter(_ -> history instanceof History.Events),
                                client)));
  }

  private static Optional<String> asked(Joining client) {
    var shown = client.auth().path("fromEventId").asText("");
    return Optional.of(shown)
        .filter(text -> !text.isEmpty())
        .or(() -> Optional.ofNullable(client.handshake().query().get("fromEventId")))
        .filter(text -> !text.isEmpty());
  }

  private void open(Guest guest, Optional<String> from, Optional<String> known, Joining client) {
    var pid = known.orElseGet(() -> recovery.newPid(guest.id(), guest.room().toString()));
    if (client.loop().inEventLoop()) {
      new SessionConnection(guest, from, pid, client, this).open();
    } else {
      client.loop().execute(() -> new SessionConnection(guest, from, pid, client, this).open());
    }
  }

  /** As the clients of sessions know it: they are let in, told, and sent away for good. */
  private void refuse(Joining client, RoomError error, String why) {
    var told = error.told("a guest of a session was refused", why, envelope.clock().instant());
    var socket = client.accept(new Nobody());
    socket.send(Frame.event("connection:error", told.put("error", why)));
    socket.end(Ending.REVOKED);
  }

  private static final class Nobody implements SocketHandler {
    @Override
    public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {}

    @Override
    public void ended() {}
  }
}
