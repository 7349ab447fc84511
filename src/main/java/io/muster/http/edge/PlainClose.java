package io.muster.http.edge;

/**
 * The close codes of the plain WebSocket. Codes and reasons are API. After a <em>terminal</em> one
 * coming back cannot help; after any other a client comes back with its own back-off.
 */
enum PlainClose {
  // formatter:off
  DONE          (1000, "bye"),
  PROTOCOL      (1002, "protocol_error"),
  NOT_TEXT      (1003, "text_only"),
  NOT_UTF8      (1007, "not_utf8"),
  TOO_BIG       (1009, "too_big"),
  FAULT         (1011, "internal"),
  RESTART       (1012, "restart"),
  LATER         (1013, "try_later"),
  AUTH          (4001, "auth"),             // terminal
  FORBIDDEN     (4003, "forbidden"),        // terminal
  SUPERSEDED    (4008, "superseded"),       // terminal
  RATE          (4029, "rate"),
  BAD_MESSAGE   (4400, "bad_message"),      // with what was wrong after a colon
  AUTH_TIMEOUT  (4408, "auth_timeout");
  // formatter:on

  final int code;
  final String reason;

  PlainClose(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }
}
