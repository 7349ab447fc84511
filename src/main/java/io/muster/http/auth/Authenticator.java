package io.muster.http.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import io.muster.actors.session.UserSession;
import io.muster.http.auth.Claims.Unfit;
import io.muster.http.auth.Verdict.Refused;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Says whose a token is. Thread-safe.
 *
 * <p>The algorithm is never the token's choice: HS256 belongs to our two secrets, one for devices
 * and one for users and participants, told apart by the claim {@code type}; RS256 and ES256 belong
 * to the issuer of user tokens, if one is configured. HS256 is answered at once, on the caller's
 * thread, in a few microseconds; the others off it.
 */
public final class Authenticator {
  private static final String DEVICE = "device";
  private static final String USER = "user";
  private static final String PARTICIPANT = "participant";

  private final JWSVerifier devices;
  private final Optional<JWSVerifier> users;
  private final Optional<IssuerKeys> issuer;
  private final Duration renewExpired;
  private final Clock clock;
  private final KnownHeaders headers = new KnownHeaders();

  /**
   * @param userSecret absent when users come from an issuer only
   * @param renewExpired a device's token that expired at most so long ago is {@link
   *     Verdict.Lapsed}; zero for never
   */
  public Authenticator(
      Secret deviceSecret,
      Optional<Secret> userSecret,
      Optional<IssuerKeys> issuer,
      Duration renewExpired,
      Clock clock) {
    this.renewExpired = renewExpired;
    this.devices = hs256(deviceSecret);
    this.users = userSecret.map(Authenticator::hs256);
    this.issuer = issuer;
    this.clock = clock;
  }

  private static JWSVerifier hs256(Secret secret) {
    try {
      return new MACVerifier(secret.bytes());
    } catch (JOSEException e) {
      throw new IllegalArgumentException("A secret of 32 bytes serves HS256", e);
    }
  }

  /**
   * The stage is complete on return unless an issuer's key is needed; then it is completed from
   * another thread. It never fails.
   */
  public CompletionStage<Verdict> verify(String text) {
    try {
      Token token = Token.parse(text, headers);
      if (token.algorithm().equals(JWSAlgorithm.HS256)) {
        return CompletableFuture.completedFuture(ofSecret(text, token));
      }
      if (issuer.isPresent() && IssuerKeys.ALGORITHMS.contains(token.algorithm())) {
        return issuer
            .get()
            .verifier(token.header(), token::isSignedBy)
            .thenApply(outcome -> ofIssuer(token, outcome));
      }
    } catch (Unfit e) {
      return CompletableFuture.completedFuture(Refused.INVALID);
    }
    return CompletableFuture.completedFuture(Refused.INVALID);
  }

  private Verdict ofSecret(String text, Token token) throws Unfit {
    return switch (token.claims().type()) {
      case DEVICE -> token.isSignedBy(devices) ? device(text, token) : Refused.INVALID;
      case USER -> users.filter(token::isSignedBy).isPresent() ? user(token) : Refused.INVALID;
      case PARTICIPANT ->
          users.filter(token::isSignedBy).isPresent() ? participant(token) : Refused.INVALID;
      default -> Refused.INVALID;
    };
  }

  private Verdict ofIssuer(Token token, IssuerKeys.Outcome outcome) {
    return switch (outcome) {
      case HOLDS -> {
        // An issuer configured for users need not know our word for them, but not another's.
        String type = token.claims().type();
        boolean ours = type.isEmpty() || type.equals(USER) || type.equals(PARTICIPANT);
        try {
          if (!ours || !issuer.get().isMeant(token.claims())) {
            yield Refused.INVALID;
          }
          yield type.equals(PARTICIPANT) ? participant(token) : user(token);
        } catch (Unfit e) {
          yield Refused.INVALID;
        }
      }
      case FAILS -> Refused.INVALID;
      case UNKNOWN -> Verdict.Unavailable.KEYS;
    };
  }

  private Verdict device(String text, Token token) throws Unfit {
    Claims claims = token.claims();
    Instant now = clock.instant();
    claims.mustHaveBegun(now);
    var device =
        new Verdict.Device(
            claims.deviceId(),
            claims.org(),
            Sha256.hex(text),
            claims.issuedAt(),
            claims.expiresAt(),
            claims.optional("deviceIdentifier"));
    headers.held(token);
    if (!claims.isOver(now)) {
      return device;
    }
    return claims.isOver(now.minus(renewExpired)) ? Refused.EXPIRED : new Verdict.Lapsed(device);
  }

  private Verdict user(Token token) throws Unfit {
    Claims claims = token.claims();
    Instant now = clock.instant();
    claims.mustHaveBegun(now);
    var user =
        new Verdict.User(
            claims.required("sub"),
            claims.org(),
            claims.role(),
            claims.optional("email"),
            claims.optional("jti"),
            claims.issuedAt(),
            claims.expiresAt(),
            claims.rooms());
    headers.held(token);
    return claims.isOver(now) ? Refused.EXPIRED : user;
  }

  private Verdict participant(Token token) throws Unfit {
    Claims claims = token.claims();
    Instant now = clock.instant();
    claims.mustHaveBegun(now);
    var session =
        new UserSession(
            claims.org(), claims.required("sub"), claims.optional("jti"), claims.issuedAt());
    var participant = new Verdict.Participant(session, false, claims.expiresAt(), claims.rooms());
    headers.held(token);
    return claims.isOver(now) ? Refused.EXPIRED : participant;
  }
}
