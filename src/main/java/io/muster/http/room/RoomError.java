package io.muster.http.room;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.RoomCommand.Refusal;
import io.muster.http.Json;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clients of rooms are told when something is not done; the code is API. */
public enum RoomError {
  // formatter:off
  AUTH_FAILED             (401, 4001, "the token is not valid here"),
  TOKEN_EXPIRED           (401, 4001, "the token has expired"),
  SESSION_REVOKED         (401, 4001, "the session is over"),
  PERMISSION_DENIED       (403, 4003, "this is not allowed, or there is no such room"),
  ROOM_TYPE_NOT_REGISTERED(404, 4004, "there is no such kind of room"),
  NOT_FOUND               (404, 4004, "there is no such entity"),
  VALIDATION_ERROR        (400, 1007, "this is not understood"),
  INVALID_ROOM_ID         (400, 4004, "no room has such a name"),
  INVALID_YJS_UPDATE      (422, 1007, "this is no update of a document"),
  UNREADABLE              (400, 1007, "this is no frame of a document"),
  LOCKED                  (409, 1007, "somebody else has it"),
  VERSION_CONFLICT        (409, 1007, "somebody else has changed it meanwhile"),
  DUPLICATE_OPERATION     (409, 1007, "the key was used for something else"),
  PAYLOAD_TOO_LARGE       (413, 1009, "an event has at most 64 KiB"),
  RATE_LIMIT_EXCEEDED     (429, 1008, "too many messages; try again in a while"),
  ROOM_LIMIT_EXCEEDED     (503, 4029, "these are more rooms than there may be"),
  CONNECTION_LIMIT_EXCEEDED(429, 4029, "these are more connections than one may have"),
  ROOM_FULL               (503, 4029, "the room holds as much as it may"),
  INTERNAL_ERROR          (500, 4500, "something went wrong here"),
  SERVER_SHUTTING_DOWN    (503, 4503, "this node is leaving; come again"),
  UNAVAILABLE             (503, 4503, "the room cannot be reached just now; ask again under the same key");
  // formatter:on

  private static final Logger log = LoggerFactory.getLogger(RoomError.class);
  private static final SecureRandom CHANCE = new SecureRandom();
  private static final int ID_BYTES = 8;

  private final int status;
  private final int closeCode;
  private final String message;

  RoomError(int status, int closeCode, String message) {
    this.status = status;
    this.closeCode = closeCode;
    this.message = message;
  }

  public static RoomError of(Refusal why) {
    return switch (why) {
      case KEY_REUSED -> DUPLICATE_OPERATION;
      case INVALID -> VALIDATION_ERROR;
      case ABSENT, UNCHANGED -> NOT_FOUND;
      case FULL -> ROOM_FULL;
      case LOCKED -> LOCKED;
      case BUSY -> RATE_LIMIT_EXCEEDED;
      case UNAVAILABLE -> UNAVAILABLE;
    };
  }

  public int status() {
    return status;
  }

  /** Of a bare WebSocket. */
  public int closeCode() {
    return closeCode;
  }

  /**
   * {@code {code, message, statusCode, correlationId, timestamp}}; the log has a line with the same
   * id.
   *
   * @param about what was wanted, free of what strangers wrote
   */
  public ObjectNode told(String about, Instant now) {
    return told(about, message, now);
  }

  /**
   * @param why in place of the usual words
   */
  public ObjectNode told(String about, String why, Instant now) {
    byte[] id = new byte[ID_BYTES];
    CHANCE.nextBytes(id);
    var correlation = HexFormat.of().formatHex(id);
    log.info("{} ({}): {}", name(), correlation, about);
    return Json.object()
        .put("code", name())
        .put("message", why)
        .put("statusCode", status)
        .put("correlationId", correlation)
        .put("timestamp", Json.instant(now));
  }
}
