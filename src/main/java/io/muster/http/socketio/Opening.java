package io.muster.http.socketio;

/**
 * The first packet of an Engine.IO session. Exactly these five keys, and integers: clients fail on
 * less and the conformance suites on more.
 *
 * @param sid a bearer secret
 * @param pingIntervalMillis milliseconds, as on the wire; below 60,000, since some clients give up
 *     a poll after a minute
 * @param pingTimeoutMillis milliseconds
 * @param maxPayloadBytes the largest body or message the server takes
 */
public record Opening(
    String sid,
    boolean upgradable,
    long pingIntervalMillis,
    long pingTimeoutMillis,
    long maxPayloadBytes) {

  /** Writes the packet, its type digit included. */
  public void write(JsonText out) {
    out.raw(EnginePacket.OPEN.digit()).ascii("{\"sid\":").string(sid);
    out.ascii(upgradable ? ",\"upgrades\":[\"websocket\"]" : ",\"upgrades\":[]");
    out.ascii(",\"pingInterval\":").number(pingIntervalMillis);
    out.ascii(",\"pingTimeout\":").number(pingTimeoutMillis);
    out.ascii(",\"maxPayload\":").number(maxPayloadBytes).raw((byte) '}');
  }
}
