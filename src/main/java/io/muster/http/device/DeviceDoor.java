package io.muster.http.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.Telemetry;
import io.muster.actors.device.DeviceSessions;
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

/** Where devices come in, and what all their connections share. */
public record DeviceDoor(
    DeviceSessions sessions,
    SeenDevices seen,
    Guests guests,
    Envelope envelope,
    Allowance events,
    Telemetry telemetry,
    Darkroom darkroom) {

  // What every known client runs on; none of them reads the number.
  private static final int HEARTBEAT_MILLIS = 15_000;

  private static final Frame CONFIG =
      Frame.event(
          "config",
          Json.object()
              .put("heartbeatInterval", HEARTBEAT_MILLIS)
              .put("cacheSize", 524_288_000)
              .put("autoUpdate", true)
              .putNull("qrOverlay"));

  // Shared by all answers and never changed. Commands never ride in here: clients would not look
  // for
  // them.
  private static final ObjectNode HEARD =
      Json.object()
          .put("reconcileContent", false)
          .put("nextHeartbeatIn", HEARTBEAT_MILLIS)
          .set("commands", Json.array());

  /** The client has shown a verified token; its device's actor decides. */
  public void enter(DeviceSessions.Comer comer, Joining client) {
    var connection = new DeviceConnection(comer, client, this);
    var loop = client.loop();
    connection.open(sessions.open(comer, connection, loop, loop::inEventLoop));
  }

  Frame config() {
    return CONFIG;
  }

  ObjectNode heard() {
    return envelope.success(HEARD);
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
