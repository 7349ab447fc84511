package io.muster.http.edge;

import java.nio.charset.StandardCharsets;

/** Why an Engine.IO request is refused: the protocol's own table. */
enum EngineError {
  // formatter:off
  UNKNOWN_TRANSPORT   (0, 400, "Transport unknown"),
  UNKNOWN_SESSION     (1, 400, "Session ID unknown"),
  BAD_METHOD          (2, 400, "Bad handshake method"),
  BAD_REQUEST         (3, 400, "Bad request"),
  FORBIDDEN           (4, 403, "Forbidden"),
  UNSUPPORTED_VERSION (5, 400, "Unsupported protocol version"),
  // Not in the table of the protocol; to a client any status but 200 means: come back later.
  TOO_LARGE           (3, 413, "Payload too large"),
  NO_ROOM             (4, 503, "Too many connections");
  // formatter:on

  private final int status;
  private final byte[] body;

  EngineError(int code, int status, String message) {
    this.status = status;
    this.body =
        "{\"code\":%d,\"message\":\"%s\"}"
            .formatted(code, message)
            .getBytes(StandardCharsets.US_ASCII);
  }

  int status() {
    return status;
  }

  /** Shared; never written to. */
  byte[] body() {
    return body;
  }
}
