package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import io.muster.actors.content.Desired;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.DescribeContent;
import io.muster.actors.device.DeviceSessions;
import io.muster.actors.device.Devices;
import io.muster.actors.device.SeenDevices;
import io.muster.actors.device.ToSession;
import io.muster.actors.screen.Darkroom;
import io.muster.http.Envelope;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.SocketApplication.Joining;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Where devices come in, and what all their connections share. */
public record DeviceDoor(
    DeviceSessions sessions,
    Devices devices,
    SeenDevices seen,
    Guests guests,
    Present present,
    Envelope envelope,
    Allowance events,
    ScreenReports reports,
    Telemetry telemetry,
    Darkroom darkroom,
    WaitingRoom room) {

  // What every known client runs on; none of them reads the number.
  private static final int HEARTBEAT_MILLIS = 15_000;

  private static final Frame CONFIG = configuration(NullNode.getInstance());

  // Shared by all answers and never changed. Commands never ride in here: clients would not look
  // for them.
  private static final ObjectNode HEARD = heartbeatAnswer(false);
  private static final ObjectNode RECONCILE = heartbeatAnswer(true);

  private static ObjectNode heartbeatAnswer(boolean isToReconcile) {
    return Json.object()
        .put("reconcileContent", isToReconcile)
        .put("nextHeartbeatIn", HEARTBEAT_MILLIS)
        .set("commands", Json.array());
  }

  private static Frame configuration(JsonNode qrOverlay) {
    return Frame.event(
        "config",
        Json.object()
            .put("heartbeatInterval", HEARTBEAT_MILLIS)
            .put("cacheSize", 524_288_000)
            .put("autoUpdate", true)
            .set("qrOverlay", qrOverlay));
  }

  /** The client has shown a verified token; its device's actor decides when there is room. */
  public void enter(DeviceSessions.Comer comer, Joining client) {
    room.come(new Waiting(this, comer, client));
  }

  /** The node has more devices at its door than it can let in; see {@link WaitingRoom}. */
  public OptionalInt comeAgainAfterSeconds() {
    var seconds = room.retryAfterSeconds();
    if (seconds.isPresent()) {
      telemetry.turnedAway(Telemetry.Reason.CROWDED);
    }
    return seconds;
  }

  private record Waiting(DeviceDoor door, DeviceSessions.Comer comer, Joining client)
      implements WaitingRoom.Guest {
    @Override
    public DeviceId id() {
      return comer.id();
    }

    @Override
    public boolean hasLeft() {
      return client.hasLeft();
    }

    @Override
    public void enter(WaitingRoom.Place place) {
      var loop = client.loop();
      if (loop.inEventLoop()) {
        open(place);
      } else if (!loop.isShuttingDown()) {
        loop.execute(() -> open(place));
      }
    }

    private void open(WaitingRoom.Place place) {
      var connection = new DeviceConnection(comer, client, door, place);
      var loop = client.loop();
      connection.open(door.sessions.open(comer, connection, loop, loop::inEventLoop));
    }

    @Override
    public void sendAway() {
      door.telemetry.turnedAway(Telemetry.Reason.CROWDED);
      client.turnAway(Ending.ABORTED);
    }
  }

  Frame config(Optional<String> qrOverlay) {
    return qrOverlay.map(Json::parse).map(DeviceDoor::configuration).orElse(CONFIG);
  }

  ObjectNode heard(boolean isToReconcile) {
    return envelope.success(isToReconcile ? RECONCILE : HEARD);
  }

  Frame playlist(Desired content) {
    return Frame.event(
        "playlist:update",
        Json.object()
            .put("source", content.source())
            .put("version", content.version())
            .put("timestamp", envelope.now())
            .putRawValue("playlist", raw(content)));
  }

  /**
   * It is up to 768 KiB of JSON already: made into a tree it would cost some megabytes a device.
   */
  private static RawValue raw(Desired content) {
    return new RawValue(content.playlist());
  }

  /** The same content under the same version as it is pushed; none while none is. */
  void contentOf(DeviceId id, OrgId org, Consumer<ObjectNode> answer) {
    if (present.isSuspended(org)) {
      answer.accept(contentAnswer(new Answer.ContentIs(Optional.empty())));
      return;
    }
    devices
        .ask(id, replyTo -> new DescribeContent(org, replyTo))
        .thenAccept(found -> answer.accept(contentAnswer(found)));
  }

  private ObjectNode contentAnswer(Answer found) {
    if (!(found instanceof Answer.ContentIs c)) {
      return envelope.failure("Failed to get playlist");
    }
    var data = Json.object();
    c.content()
        .ifPresentOrElse(
            content ->
                data.put("source", content.source())
                    .put("version", content.version())
                    .putRawValue("playlist", raw(content)),
            () -> data.putNull("playlist"));
    return envelope.success(data);
  }

  void refuse(Joining client, ToSession.Reason reason) {
    switch (reason) {
      case REVOKED -> client.refuse("device_token_stale", code("DEVICE_REVOKED"));
      case WRONG_ORGANISATION -> client.refuse("auth_invalid", code("AUTH_INVALID"));
      case UNAVAILABLE, SUPERSEDED -> client.turnAway(Ending.ABORTED);
    }
  }

  private static ObjectNode code(String code) {
    return Json.object().put("code", code);
  }
}
