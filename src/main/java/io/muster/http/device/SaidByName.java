package io.muster.http.device;

import io.muster.actors.Telemetry.Said;

/** Under which word an event of the wire is counted. A table, so that a heartbeat makes nothing. */
final class SaidByName {
  private SaidByName() {}

  static Said of(String event) {
    return switch (event) {
      case "heartbeat" -> Said.HEARTBEAT;
      case "playlist:request" -> Said.PLAYLIST_REQUEST;
      case "content:impression" -> Said.CONTENT_IMPRESSION;
      case "content:error" -> Said.CONTENT_ERROR;
      case "screenshot:response" -> Said.SCREENSHOT;
      case "join:room", "leave:room" -> Said.ROOM;
      default -> Said.OTHER;
    };
  }
}
