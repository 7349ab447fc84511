package io.muster.http.room.civic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Rooms;
import io.muster.http.Envelope;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.auth.Verdict.Participant;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.RawApplication;
import io.muster.http.edge.RawSocket;
import io.muster.http.room.Bouncer;
import io.muster.http.room.RoomError;
import io.muster.http.room.RoomGuests;
import io.muster.http.room.RoomLaw;
import io.muster.http.room.RoomLaw.Access;
import io.muster.http.room.RoomLaw.Ruling;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where clients of one room each come in.
 *
 * @param messages in JSON that one of them may say
 * @param frames of a document: somebody who types says many
 */
public record CivicDoor(
    Bouncer bouncer,
    Rooms rooms,
    RoomLaw law,
    RoomGuests here,
    Guests guests,
    Envelope envelope,
    Allowance messages,
    Allowance frames)
    implements RawApplication {
  public static final String PATH = "/realtime/";

  // The words of the existing addresses, where they are not ours.
  private static final Map<String, String> TYPES = Map.of("devices", "device", "record", "records");

  @Override
  public Handler opened(RawSocket socket, Optional<String> token) {
    return new Arrival(socket, admission(socket.handshake().path(), token), this);
  }

  /** Somebody who may be in. */
  record Visit(
      Participant participant, RoomId room, RoomType type, Access access, boolean mayWrite) {}

  sealed interface Admission {
    record In(Visit visit) implements Admission {}

    record Not(RoomError why) implements Admission {}
  }

  private CompletionStage<Admission> admission(String path, Optional<String> token) {
    if (token.isEmpty()) {
      return done(new Admission.Not(RoomError.AUTH_FAILED));
    }
    return bouncer
        .verified(token.get())
        .thenApply(
            outcome ->
                switch (outcome) {
                  case Bouncer.Outcome.Not(RoomError why) -> new Admission.Not(why);
                  case Bouncer.Outcome.Later _ -> new Admission.Not(RoomError.UNAVAILABLE);
                  case Bouncer.Outcome.In(Participant one) -> admission(path, one);
                });
  }

  private static CompletionStage<Admission> done(Admission admission) {
    return CompletableFuture.completedFuture(admission);
  }

  private Admission admission(String path, Participant one) {
    var words = path.substring(PATH.length()).split("/", 3);
    RoomView place;
    try {
      place =
          RoomView.whole(
              new RoomId(
                  TYPES.getOrDefault(words[0], words[0]), words.length == 2 ? words[1] : ""));
    } catch (IllegalArgumentException e) {
      return new Admission.Not(RoomError.INVALID_ROOM_ID);
    }
    return switch (law.judge(one, place, Action.SUBSCRIBE)) {
      case Ruling.Not(RoomError why) -> new Admission.Not(why);
      case Ruling.May may ->
          new Admission.In(
              new Visit(
                  one,
                  place.room(),
                  may.type(),
                  may.access(),
                  law.judge(one, place, Action.WRITE) instanceof Ruling.May));
    };
  }

  // ── how things are said ──

  /** {@code {"type":"control","event":…}} */
  static ObjectNode control(String event) {
    return Json.object().put("type", "control").put("event", event);
  }

  ObjectNode told(RoomError error) {
    return error.told("a client of a room", envelope.clock().instant());
  }

  /** What fits into a Close frame. */
  static String reason(ObjectNode told) {
    return Json.text(
        Json.object()
            .put("code", told.path("code").asText())
            .put("correlationId", told.path("correlationId").asText()));
  }
}
