package io.muster.http.auth;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.device.DeviceCommand.Proof;
import io.muster.actors.room.Visitor;
import io.muster.actors.session.UserSession;
import java.time.Instant;
import java.util.Optional;

/** What the authenticator says of a token to whoever guards a door. */
public sealed interface Verdict {

  /**
   * A device, by a signature that holds. Whether its token has been revoked only its actor knows.
   *
   * @param tokenHash SHA-256 of the whole token, 64 lower-case hexadecimal digits
   * @param issuedAt the epoch when the token does not say, so that any revocation ends it
   */
  record Device(
      DeviceId id,
      OrgId org,
      String tokenHash,
      Instant issuedAt,
      Instant expiresAt,
      Optional<String> deviceIdentifier)
      implements Verdict {

    /**
     * What its actor has to know of the token.
     *
     * @param isLapsed it has expired and is good for a new one only
     */
    public Proof proof(boolean isLapsed) {
      return new Proof(tokenHash, issuedAt, expiresAt, deviceIdentifier, isLapsed);
    }
  }

  /**
   * A device whose token has expired not so long ago that it could not be renewed, if it is still
   * the current one.
   */
  record Lapsed(Device device) implements Verdict {}

  /**
   * A user.
   *
   * @param issuedAt the epoch when the token does not say
   */
  record User(
      String id,
      OrgId org,
      Role role,
      Optional<String> email,
      Optional<String> jti,
      Instant issuedAt,
      Instant expiresAt,
      RoomGrants rooms)
      implements Verdict {

    public UserSession session() {
      return new UserSession(org, id, jti, issuedAt);
    }

    /** The same person, as a guest of rooms. */
    public Participant participant() {
      return new Participant(session(), true, expiresAt, rooms);
    }
  }

  /**
   * Somebody who takes part in rooms of an application.
   *
   * @param isUser has other business here, too
   */
  record Participant(UserSession session, boolean isUser, Instant expiresAt, RoomGrants rooms)
      implements Verdict {

    public Visitor visitor() {
      return new Visitor(session.user(), session.org(), isUser, rooms.permissions());
    }
  }

  /** The token will never be accepted again: the only answer a client may give up on. */
  enum Refused implements Verdict {
    EXPIRED("AUTH_EXPIRED", "auth_expired"),
    INVALID("AUTH_INVALID", "auth_invalid");

    private final String code;
    private final String message;

    Refused(String code, String message) {
      this.code = code;
      this.message = message;
    }

    /** {@code AUTH_EXPIRED} or {@code AUTH_INVALID}. */
    public String code() {
      return code;
    }

    /** Free of the words on which old clients wipe their credentials. */
    public String message() {
      return message;
    }
  }

  /** Nobody could tell, because the issuer's keys cannot be read now. Never a refusal. */
  enum Unavailable implements Verdict {
    KEYS
  }
}
