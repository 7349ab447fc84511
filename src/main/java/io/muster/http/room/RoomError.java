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
  AUTH_FAILED(401, "the token is not valid here"),
  TOKEN_EXPIRED(401, "the token has expired"),
  SESSION_REVOKED(401, "the session is over"),
  PERMISSION_DENIED(403, "this is not allowed, or there is no such room"),
  ROOM_TYPE_NOT_REGISTERED(404, "there is no such kind of room"),
  NOT_FOUND(404, "there is no such entity"),
  VALIDATION_ERROR(400, "this is not understood"),
  INVALID_ROOM_ID(400, "no room has such a name"),
  VERSION_CONFLICT(409, "somebody else has changed it meanwhile"),
  ROOM_FULL(503, "the room holds as much as it may"),
  DUPLICATE_OPERATION(409, "the key was used for something else"),
  PAYLOAD_TOO_LARGE(413, "an event has at most 64 KiB"),
  ROOM_LIMIT_EXCEEDED(503, "these are more rooms than there may be"),
  INTERNAL_ERROR(500, "something went wrong here"),
  RATE_LIMIT_EXCEEDED(429, "too many messages; try again in a while"),
  UNAVAILABLE(503, "the room cannot be reached just now; ask again under the same key");

  private static final Logger log = LoggerFactory.getLogger(RoomError.class);
  private static final SecureRandom CHANCE = new SecureRandom();
  private static final int ID_BYTES = 8;

  private final int status;
  private final String message;

  RoomError(int status, String message) {
    this.status = status;
    this.message = message;
  }

  public static RoomError of(Refusal why) {
    return switch (why) {
      case KEY_REUSED -> DUPLICATE_OPERATION;
      case INVALID -> VALIDATION_ERROR;
      case ABSENT -> NOT_FOUND;
      case FULL -> ROOM_FULL;
      case BUSY -> RATE_LIMIT_EXCEEDED;
      case UNAVAILABLE -> UNAVAILABLE;
    };
  }

  public int status() {
    return status;
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
