package io.muster.app.swarm;

import java.nio.charset.StandardCharsets;

/** What the shipped players send, field by field. */
final class Payloads {

  /** A player's heartbeat with every field filled: 330 bytes, the same for all of a load. */
  static final byte[] HEARTBEAT =
      utf8(
          """
          ["heartbeat",{"uptime":86412.35,"appVersion":"2.4.1",\
          "contentVersion":"2026-08-01T10:00:00.000Z",\
          "metrics":{"cpuUsage":23.4,"memoryUsage":61.2,"diskUsage":48.1,"networkLatency":18},\
          "screenState":"playing","playbackSource":"live",\
          "currentContent":{"contentId":"9f4c2a61-7d0e-4b58-b3f2-5c1d8e6a7b90",\
          "playbackPosition":12.5,"status":"playing"}}]""");

  static final byte[] DONE = utf8("[{\"ok\":true}]");
  static final byte[] UNSUPPORTED = utf8("[{\"ok\":true,\"status\":\"unsupported\"}]");

  private Payloads() {}

  static byte[] credentials(String token) {
    return utf8("{\"token\":\"" + token + "\",\"capabilities\":{\"deliveryAck\":true}}");
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
