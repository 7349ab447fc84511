package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.content.Desired;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.DeviceCommand.Reaction;
import io.muster.actors.device.DeviceSession;
import io.muster.actors.device.DeviceSessions;
import io.muster.actors.device.Order;
import io.muster.actors.device.Outcome;
import io.muster.actors.device.SeenDevices;
import io.muster.actors.device.ToSession;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.edge.Ending;
import io.muster.http.edge.EventAllowance;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Reply;
import io.muster.http.edge.Socket;
import io.muster.http.edge.SocketApplication.Joining;
import io.muster.http.edge.SocketHandler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One device's socket: its events become what the session understands, and what the device owes
 * becomes events.
 */
final class DeviceConnection implements SocketHandler, DeviceSession.Line {
  // The device's own clock decides when a command is sent again; an ack that comes later than that
  // is still good news.
  private static final Duration ACK_PATIENCE = Duration.ofSeconds(60);
  private static final int ERROR_CHARS_MAX = 200;

  private final DeviceId id;
  private final Joining client;
  private final DeviceDoor door;
  private final DeviceSessions.Comer comer;
  private final EventAllowance events;
  private final WaitingRoom.Place place;

  private DeviceSession session;
  private Socket socket;
  private SeenDevices.Sighting sighting;
  private ScreenshotEvents screenshots;
  private boolean hasEnded;

  /**
   * @param place given back when the client has been answered
   */
  DeviceConnection(
      DeviceSessions.Comer comer, Joining client, DeviceDoor door, WaitingRoom.Place place) {
    this.id = comer.id();
    this.comer = comer;
    this.client = client;
    this.door = door;
    this.events = new EventAllowance(door.events());
    this.place = place;
  }

  void open(DeviceSession opened) {
    session = opened;
  }

  // ── what the device owes ──

  @Override
  public void welcome(Optional<String> qrOverlay) {
    place.giveBack();
    sighting = door.seen().enter(id, comer.org());
    sighting.holdsToken(comer.proof().expiresAt());
    door.telemetry().deviceCame();
    socket = client.accept(this);
    if (hasEnded) {
      return; // it had gone before it was let in
    }
    door.guests().came(socket, Guests.Kind.DEVICE);
    socket.send(door.config(qrOverlay));
    door.present().came(comer.org(), id, socket);
  }

  @Override
  public void deliver(Order order) {
    if (order.type().equals("screenshot")) {
      screenshots().asked(order);
    }
    var frame = Frame.event("command", command(order));
    if (comer.acknowledges()) {
      socket.request(frame, ACK_PATIENCE, reply -> reacted(order, reply));
    } else {
      socket.send(frame);
    }
  }

  private static ObjectNode command(Order order) {
    var json = Json.object().put("type", order.type()).put("commandId", order.id().value());
    order.payload().ifPresent(payload -> json.set("payload", Json.parse(payload)));
    return json.put("timestamp", Json.instant(order.at()));
  }

  private void reacted(Order order, Reply reply) {
    switch (reply) {
      case Reply.Answered answer -> session.acknowledge(order.id(), reaction(answer.arguments()));
      case Reply.Lost _ -> {} // the device's clock sends it again
    }
  }

  @Override
  public void show(Desired content) {
    var frame = door.playlist(content);
    var key = content.key(); // the text is not kept until the answer comes
    if (comer.acknowledges()) {
      socket.request(
          frame,
          ACK_PATIENCE,
          reply -> {
            if (reply instanceof Reply.Answered answer) {
              session.shown(key, reaction(answer.arguments()));
            }
          });
    } else {
      socket.send(frame);
    }
  }

  @Override
  public void renew(String token) {
    sighting.offeredToken();
    socket.send(Frame.event("token:refresh", Json.object().put("token", token)));
    if (comer.proof().isLapsed()) {
      socket.end(Ending.RESTARTING); // it comes back with what it was given
    }
  }

  /** Only {@code ok: false} is a failure; whatever else a client answers, it has the command. */
  private static Reaction reaction(List<JsonNode> arguments) {
    var answer = arguments.isEmpty() ? Json.object() : arguments.getFirst();
    if (answer.path("ok").isBoolean() && !answer.path("ok").booleanValue()) {
      var error = answer.path("error").asText("");
      return new Reaction(
          Outcome.FAILED, Optional.of(error.isBlank() ? "refused by the device" : bounded(error)));
    }
    return answer.path("status").asText("").equals("unsupported")
        ? new Reaction(Outcome.UNSUPPORTED, Optional.empty())
        : Reaction.DONE;
  }

  private static String bounded(String text) {
    return text.length() <= ERROR_CHARS_MAX ? text : text.substring(0, ERROR_CHARS_MAX);
  }

  @Override
  public void end(ToSession.Reason reason, Optional<String> detail) {
    place.giveBack();
    if (socket == null) {
      door.refuse(client, reason);
      return;
    }
    switch (reason) {
      case SUPERSEDED -> socket.end(Ending.SUPERSEDED);
      case REVOKED, WRONG_ORGANISATION -> {
        socket.send(
            Frame.event("device:revoked", Json.object().put("reason", detail.orElse("revoked"))));
        // Electron and browser displays know a revocation by this word only.
        socket.send(Frame.event("error", Json.object().put("message", "device_token_stale")));
        socket.end(Ending.REVOKED);
      }
      case UNAVAILABLE -> socket.end(Ending.ABORTED);
    }
  }

  // ── what the device says ──

  @Override
  public void alive() {
    sighting.alive();
  }

  @Override
  public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {
    if (!events.takes()) {
      sighting.alive();
      // Telemetry is shed and control is refused, in the same words; the socket stays.
      answer(acknowledge, door.envelope().failure("rate_limited"));
      door.telemetry().shed();
      return;
    }
    if (!name.equals("heartbeat")) {
      sighting.alive(); // a heartbeat says so itself
    }
    door.telemetry().said(SaidByName.of(name));
    switch (name) {
      case "heartbeat" -> heartbeat(argument(arguments), acknowledge);
      case "playlist:request" ->
          door.contentOf(id, comer.org(), answer -> answer(acknowledge, answer));
      case "content:impression" ->
          door.reports().impression(id, comer.org(), argument(arguments), acknowledge);
      case "content:error" ->
          door.reports().contentError(id, comer.org(), argument(arguments), acknowledge);
      case "screenshot:response" -> screenshots().response(argument(arguments), acknowledge);
      case "screenshot:upload" -> screenshots().upload(argument(arguments), acknowledge);
      case "screenshot:uploaded" -> screenshots().uploaded(argument(arguments), acknowledge);
      case "join:room", "leave:room" -> answer(acknowledge, ownRoom(name, argument(arguments)));
      default -> {
        door.telemetry().unknownEvent();
        answer(acknowledge, door.envelope().failure("unknown_event"));
      }
    }
  }

  private void heartbeat(JsonNode said, Optional<Acknowledge> acknowledge) {
    var report = door.reports().heartbeat(said);
    sighting.heard(report.appVersion(), report.load(), report.showing());
    door.telemetry().heard(report.load());
    session.heartbeat(
        report.contentVersion(), isToReconcile -> answer(acknowledge, door.heard(isToReconcile)));
  }

  /** Made by the first that is needed: most connections never see one. */
  private ScreenshotEvents screenshots() {
    if (screenshots == null) {
      screenshots = new ScreenshotEvents(comer.org(), id, door.darkroom(), door.envelope());
    }
    return screenshots;
  }

  /** A device is in its own room whether it asks or not, and in no other. */
  private ObjectNode ownRoom(String name, JsonNode said) {
    var room = said.path("room").asText("");
    if (room.isEmpty()) {
      return door.envelope().failure("Room name required");
    }
    if (!room.equals("device:" + id.value())) {
      return door.envelope().failure("Unauthorized: cannot join this device room");
    }
    return door.envelope()
        .success(
            Json.object()
                .put(name.equals("join:room") ? "joined" : "left", true)
                .put("room", room));
  }

  @Override
  public void ended() {
    hasEnded = true;
    session.ended(door.guests().isLeaving() ? AwayReason.DRAINED : AwayReason.GOODBYE);
    if (socket != null) {
      door.guests().left(socket);
      door.present().left(comer.org(), socket);
    }
    door.seen().leave(sighting);
    door.telemetry().deviceLeft();
  }

  private static JsonNode argument(List<JsonNode> arguments) {
    return arguments.isEmpty() ? Json.object() : arguments.getFirst();
  }

  private static void answer(Optional<Acknowledge> acknowledge, ObjectNode answer) {
    acknowledge.ifPresent(a -> a.with(answer));
  }
}
