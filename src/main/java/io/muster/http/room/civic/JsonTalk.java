package io.muster.http.room.civic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.Member;
import io.muster.actors.room.RoomCommand.Reason;
import io.muster.actors.room.RoomSession;
import io.muster.http.Json;
import io.muster.http.edge.RawApplication.Handler;
import io.muster.http.edge.RawSocket;
import io.muster.http.room.LivePoll;
import io.muster.http.room.RoomError;
import io.muster.http.room.civic.CivicDoor.Visit;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** A client that speaks JSON. Confined to its loop. */
final class JsonTalk implements Handler, RoomSession.Line {
  private record Told(String payload, EventId before, boolean isReplay) {}

  private final Visit visit;
  private final RawSocket socket;
  private final CivicDoor door;
  private final Stay stay;
  private final MessageRate rate;
  private final RoomSession session;
  private EventId before = EventId.BEGINNING;

  JsonTalk(Visit visit, RawSocket socket, CivicDoor door) {
    this.visit = visit;
    this.socket = socket;
    this.door = door;
    this.stay = new Stay(visit, socket, door, this::over);
    this.rate = new MessageRate(door.messages(), System.nanoTime());
    var from =
        Optional.ofNullable(socket.handshake().query().get("fromEventId"))
            .filter(_ -> visit.access().mayReplay())
            .map(text -> EventId.parse(text).orElse(EventId.UNREADABLE));
    this.session = new RoomSession(door.rooms(), visit.room(), from, socket.loop(), this);
  }

  JsonTalk open() {
    stay.begin();
    session.open();
    return this;
  }

  private void say(ObjectNode json) {
    socket.text(Json.text(json).getBytes(StandardCharsets.UTF_8));
  }

  private void over(RoomError why) {
    session.ended();
    say(
        switch (why) {
          case SESSION_REVOKED, TOKEN_EXPIRED ->
              CivicDoor.control("session.revoked").put("reason", why.name());
          default -> error(door.told(why));
        });
  }

  private static ObjectNode error(ObjectNode told) {
    return CivicDoor.control("error").set("error", told);
  }

  // ── out ──

  @Override
  public void attached(EventId head) {
    before = head;
    say(
        CivicDoor.control("connection.ack")
            .put("roomId", visit.room().toString())
            .put("clientId", socket.id())
            .put("lastEventId", head.toString()));
  }

  @Override
  public void event(Heard heard, boolean isReplay) {
    var event = heard.event();
    var access = visit.access();
    if (event.audience().admits(access.guest(), access.role())) {
      var payload = visit.type().payload(event, access.guest(), access.role());
      byte[] text =
          heard.as(
              new Told(payload, before, isReplay),
              byte[].class,
              () -> Json.text(envelope(heard, payload, isReplay)).getBytes(StandardCharsets.UTF_8));
      socket.text(text);
      before = event.id();
    }
  }

  @Override
  public void passed(Heard heard) {
    var event = heard.event();
    var access = visit.access();
    if (!event.type().startsWith("document.")
        && event.audience().admits(access.guest(), access.role())) {
      var payload = visit.type().payload(event, access.guest(), access.role());
      var json = Json.object().put("type", "event").put("roomId", visit.room().toString());
      json.setAll(LivePoll.passing(visit.room(), event, payload));
      say(json);
    }
  }

  @Override
  public Optional<Member> member() {
    return Optional.of(new Member(socket.id(), visit.access().guest(), visit.access().role()));
  }

  @Override
  public void refused() {
    stay.end(RoomError.ROOM_FULL);
  }

  private ObjectNode envelope(Heard heard, String payload, boolean isReplay) {
    var json = Json.object().put("type", "event").put("roomId", visit.room().toString());
    json.setAll(LivePoll.envelope(visit.room(), heard.event(), payload, before, isReplay));
    return json;
  }

  @Override
  public void replayBegins(EventId from, EventId to) {
    before = from;
    say(
        CivicDoor.control("replay.start")
            .put("fromEventId", from.toString())
            .put("toEventId", to.toString()));
  }

  @Override
  public void reset(Reason reason, EventId kept, EventId head) {
    before = kept;
    say(
        CivicDoor.control("replay.reset")
            .put("reason", reason.name().toLowerCase(Locale.ROOT))
            .put("oldestEventId", kept.toString())
            .put("headEventId", head.toString()));
  }

  @Override
  public void replayComplete(EventId from, EventId last, int told, boolean isWhole) {
    say(
        CivicDoor.control("replay.complete")
            .put("lastEventId", last.toString())
            .put("replayedCount", told)
            .put("mode", isWhole ? "incremental" : "full"));
  }

  @Override
  public long owed() {
    return socket.owed();
  }

  // ── in ──

  @Override
  public void text(String message) {
    JsonNode said;
    try {
      said = Json.parse(message);
    } catch (IllegalArgumentException e) {
      say(error(door.told(RoomError.VALIDATION_ERROR)));
      return;
    }
    if (said.path("type").asText("").equals("ping")) {
      say(Json.object().put("type", "pong").put("timestamp", door.envelope().clock().millis()));
      return;
    }
    long now = System.nanoTime();
    switch (rate.next(now)) {
      case FINE -> handle(said);
      case NEARLY -> {
        say(
            CivicDoor.control("notice")
                .put("level", "warning")
                .put("code", RoomError.RATE_LIMIT_EXCEEDED.name()));
        handle(said);
      }
      case OVER ->
          say(
              error(
                  door.told(RoomError.RATE_LIMIT_EXCEEDED)
                      .put("retryAfterMs", rate.retryAfter(now).toMillis() + 1)));
      case ENOUGH -> stay.end(RoomError.RATE_LIMIT_EXCEEDED);
    }
  }

  private void handle(JsonNode said) {
    var after = EventId.parse(said.path("fromEventId").asText(""));
    if (said.path("type").asText("").equals("replay") && after.isPresent()) {
      if (visit.access().mayReplay()) {
        session.replay(after.get());
      } else {
        say(error(door.told(RoomError.PERMISSION_DENIED)));
      }
      return;
    }
    say(error(door.told(RoomError.VALIDATION_ERROR)));
  }

  @Override
  public void binary(byte[] message) {
    say(error(door.told(RoomError.VALIDATION_ERROR)));
  }

  @Override
  public void ended() {
    session.ended();
    stay.ended();
  }
}
