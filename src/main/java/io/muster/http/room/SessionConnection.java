package io.muster.http.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.Member;
import io.muster.actors.room.RoomCommand.Attendees;
import io.muster.actors.room.RoomCommand.Reason;
import io.muster.actors.room.RoomSession;
import io.muster.actors.session.Cause;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.edge.Ending;
import io.muster.http.edge.EventAllowance;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Socket;
import io.muster.http.edge.SocketApplication.Joining;
import io.muster.http.edge.SocketHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One Socket.IO client of a session room. Confined to its loop. */
final class SessionConnection implements SocketHandler, RoomSession.Line {
  private static final Duration PING = Duration.ofSeconds(30);

  private final RoomDoor.Guest guest;
  private final Optional<String> from;
  private final String pid;
  private final Joining client;
  private final RoomDoor door;
  private final RoomSession session;
  private final EventAllowance events;
  private final Consumer<Cause> whenOver;
  private ScheduledFuture<?> ping;
  private ScheduledFuture<?> expiry;
  private Socket socket;
  private EventId before = EventId.BEGINNING;
  private boolean hasEnded;

  SessionConnection(
      RoomDoor.Guest guest, Optional<String> from, String pid, Joining client, RoomDoor door) {
    this.guest = guest;
    this.from = from;
    this.pid = pid;
    this.client = client;
    this.door = door;
    this.events = new EventAllowance(door.events());
    this.whenOver = why -> client.loop().execute(() -> expire(why.word()));
    this.session =
        new RoomSession(
            door.rooms(), guest.room(), from.map(SessionConnection::id), client.loop(), this);
  }

  private static EventId id(String text) {
    return EventId.parse(text).orElse(EventId.UNREADABLE);
  }

  void open() {
    socket = client.accept(this, Optional.of(pid));
    if (hasEnded) {
      return; // it had gone before it was let in
    }
    door.guests().came(socket, Guests.Kind.GUEST);
    door.here().came(guest.participant().session(), whenOver);
    var loop = client.loop();
    ping =
        loop.scheduleAtFixedRate(
            () -> socket.send(Frame.event("heartbeat:ping", stamped())),
            PING.toMillis(),
            PING.toMillis(),
            TimeUnit.MILLISECONDS);
    var life = Duration.between(door.envelope().clock().instant(), guest.participant().expiresAt());
    expiry =
        loop.schedule(() -> expire("expired"), Math.max(0, life.toMillis()), TimeUnit.MILLISECONDS);
    session.open();
  }

  private ObjectNode stamped() {
    return Json.object().put("timestamp", door.envelope().now());
  }

  private void expire(String why) {
    if (!hasEnded) {
      socket.send(Frame.event("session.revoked", stamped().put("reason", why)));
      socket.end(Ending.REVOKED);
    }
  }

  // ── out ──

  @Override
  public void attached(EventId head) {
    before = head;
    socket.send(
        LivePoll.established(
            guest.room(), socket.id(), guest.id(), door.version(), head, door.envelope().now()));
  }

  @Override
  public void event(Heard heard, boolean isReplay) {
    var event = heard.event();
    var role = guest.access().role();
    if (event.audience().admits(guest.id(), role)) {
      var payload = guest.type().payload(event, guest.id(), role);
      socket.send(LivePoll.event(guest.room(), heard, payload, before, isReplay));
      before = event.id();
    }
  }

  @Override
  public void replayBegins(EventId after, EventId to) {
    before = after;
    socket.send(
        Frame.event(
            "event:replay:start",
            stamped()
                .put("fromEventId", after.toString())
                .put("toEventId", to.toString())
                .put("count", to.seq() - after.seq())
                .put("message", "Replaying missed events")));
  }

  @Override
  public void reset(Reason reason, EventId kept, EventId head) {
    before = kept;
    boolean isUnreadable =
        from.map(SessionConnection::id).filter(EventId.UNREADABLE::equals).isPresent();
    var why = isUnreadable ? "invalid" : reason.name().toLowerCase(Locale.ROOT);
    socket.send(
        Frame.event(
            "event:replay:reset",
            stamped()
                .put("reason", why)
                .put("oldestEventId", kept.toString())
                .put("headEventId", head.toString())));
  }

  @Override
  public void replayComplete(EventId after, EventId last, int told, boolean isWhole) {
    socket.send(
        Frame.event(
            "event:replay:complete",
            stamped()
                .put("fromEventId", from.orElse(after.toString()))
                .put("lastEventId", last.toString())
                .put("replayedCount", told)
                .put("mode", isWhole ? "incremental" : "full")));
  }

  @Override
  public Optional<Member> member() {
    return Optional.of(new Member(socket.id(), guest.id(), guest.access().role()));
  }

  @Override
  public void refused() {
    var told = RoomError.ROOM_FULL.told("a guest of a session", door.envelope().clock().instant());
    socket.send(Frame.event("connection:error", told.put("error", RoomError.ROOM_FULL.name())));
    socket.end(Ending.REVOKED);
  }

  @Override
  public void passed(Heard heard) {
    var event = heard.event();
    var role = guest.access().role();
    if (event.audience().admits(guest.id(), role)) {
      socket.send(
          LivePoll.passing(guest.room(), heard, guest.type().payload(event, guest.id(), role)));
    }
  }

  @Override
  public long owed() {
    return socket.owed();
  }

  // ── in ──

  @Override
  public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {
    if (name.equals("heartbeat:pong")) {
      return;
    }
    if (!events.takes()) {
      refuse(RoomError.RATE_LIMIT_EXCEEDED, acknowledge);
      return;
    }
    var said = arguments.isEmpty() ? Json.object() : arguments.getFirst();
    switch (name) {
      case "room:replay" -> replay(said.path("fromEventId").asText(""), acknowledge);
      case "presence:get" -> presence(acknowledge);
      case "reconnect" -> replay(said.asText(""), acknowledge);
      default ->
          door.application()
              .ifPresentOrElse(
                  application -> ask(application, name, said, acknowledge),
                  () -> {
                    if (acknowledge.isPresent()) {
                      refuse(RoomError.VALIDATION_ERROR, acknowledge);
                    }
                  });
    }
  }

  private void ask(
      CommandHook application, String name, JsonNode said, Optional<Acknowledge> acknowledge) {
    application
        .ask(guest.room(), guest.access(), name, said)
        .thenAccept(outcome -> client.loop().execute(() -> answer(outcome, acknowledge)));
  }

  private void answer(CommandHook.Outcome outcome, Optional<Acknowledge> acknowledge) {
    switch (outcome) {
      case CommandHook.Outcome.Done(ObjectNode answer) ->
          acknowledge.ifPresent(a -> a.with(answer.put("ok", true)));
      case CommandHook.Outcome.Refused(ObjectNode error) ->
          acknowledge.ifPresent(a -> a.with(Json.object().put("ok", false).set("error", error)));
      case CommandHook.Outcome.Not(RoomError why) -> refuse(why, acknowledge);
    }
  }

  private void presence(Optional<Acknowledge> acknowledge) {
    door.rooms()
        .who(guest.room())
        .thenAccept(
            who ->
                client
                    .loop()
                    .execute(
                        () -> {
                          switch (who) {
                            case Attendees.Unavailable _ ->
                                refuse(RoomError.UNAVAILABLE, acknowledge);
                            case Attendees.Present present ->
                                acknowledge.ifPresent(
                                    a -> a.with(LivePoll.presence(present).put("ok", true)));
                          }
                        }));
  }

  private void replay(String after, Optional<Acknowledge> acknowledge) {
    if (!guest.mayReplay()) {
      refuse(RoomError.PERMISSION_DENIED, acknowledge);
      return;
    }
    session.replay(id(after));
    acknowledge.ifPresent(a -> a.with(Json.object().put("ok", true)));
  }

  private void refuse(RoomError error, Optional<Acknowledge> acknowledge) {
    var told = error.told("a guest of a session", door.envelope().clock().instant());
    acknowledge.ifPresentOrElse(
        a -> a.with(Json.object().put("ok", false).set("error", told)),
        () -> socket.send(Frame.event("error:general", told)));
  }

  @Override
  public void ended() {
    hasEnded = true;
    if (ping != null) {
      ping.cancel(false);
      expiry.cancel(false);
      door.guests().left(socket);
      door.here().left(guest.participant().session(), whenOver);
      session.ended();
    }
  }
}
