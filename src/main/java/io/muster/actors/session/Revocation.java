package io.muster.actors.session;

import io.muster.actors.OrgId;
import io.muster.actors.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * That sessions are over.
 *
 * @param subject the {@code jti} of a token, or the id of a user; 1 to 256 characters
 * @param org empty when somebody who answers for all organisations has said so
 * @param until after which it says nothing any more: no token from before {@code at} lives longer
 */
public record Revocation(Kind kind, String subject, Optional<OrgId> org, Instant at, Instant until)
    implements Wire {

  /** The longest life of a user's token. */
  public static final Duration LIFE_MAX = Duration.ofDays(7);

  public enum Kind {
    /** One token. */
    TOKEN(Cause.REVOKED),
    /** A user, who is not let in until it is over. */
    USER(Cause.REVOKED),
    /** The tokens of a user from before. */
    PASSWORD(Cause.PASSWORD_CHANGED);

    private final Cause cause;

    Kind(Cause cause) {
      this.cause = cause;
    }

    public Cause cause() {
      return cause;
    }
  }

  public boolean hits(UserSession session, Instant now) {
    return until.isAfter(now)
        && org.map(session.org()::equals).orElse(true)
        && switch (kind) {
          case TOKEN -> session.jti().filter(subject::equals).isPresent();
          case USER -> session.user().equals(subject);
          // Tokens know whole seconds only: the one that follows a change may be of the same.
          case PASSWORD ->
              session.user().equals(subject)
                  && session.issuedAt().getEpochSecond() < at.getEpochSecond();
        };
  }
}
