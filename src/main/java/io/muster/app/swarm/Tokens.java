package io.muster.app.swarm;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeyLengthException;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;

/** Tokens as the back end mints them: HS256, with its claims and lifetimes. */
final class Tokens {
  private static final Duration DEVICE_LIFETIME = Duration.ofDays(90);
  // As long as the longest run one would watch.
  private static final Duration USER_LIFETIME = Duration.ofDays(1);
  private static final JWSHeader HEADER =
      new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).build();

  private final MACSigner signer;
  private final Clock clock;

  /**
   * @param secret at least 32 bytes
   * @throws IllegalArgumentException when it is shorter
   */
  Tokens(String secret, Clock clock) {
    this.clock = clock;
    try {
      signer = new MACSigner(Payloads.utf8(secret));
    } catch (KeyLengthException tooShort) {
      throw new IllegalArgumentException("a secret must have 32 bytes or more", tooShort);
    }
  }

  /** For the secret of devices. */
  String device(String id, String organizationId) {
    return sign(
        claims("device", id, organizationId, DEVICE_LIFETIME).claim("deviceIdentifier", id));
  }

  /** For the secret of users: somebody who may send commands. */
  String operator(String organizationId) {
    return sign(
        claims("user", "swarm-operator", organizationId, USER_LIFETIME)
            .claim("email", "operator@swarm.invalid")
            .claim("role", "operator")
            .claim("isSuperAdmin", false)
            .jwtID("swarm-" + clock.millis()));
  }

  private JWTClaimsSet.Builder claims(
      String type, String subject, String organizationId, Duration lifetime) {
    var now = clock.instant();
    return new JWTClaimsSet.Builder()
        .subject(subject)
        .claim("organizationId", organizationId)
        .claim("type", type)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plus(lifetime)));
  }

  private String sign(JWTClaimsSet.Builder claims) {
    var token = new SignedJWT(HEADER, claims.build());
    try {
      token.sign(signer);
    } catch (JOSEException unsignable) {
      throw new IllegalStateException("HS256 is always there", unsignable);
    }
    return token.serialize();
  }
}
