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

/** Device tokens as the back end mints them: HS256, good for 90 days. */
final class DeviceTokens {
  private static final Duration LIFETIME = Duration.ofDays(90);
  private static final JWSHeader HEADER =
      new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).build();

  private final MACSigner signer;
  private final Clock clock;

  /**
   * @param secret at least 32 bytes
   * @throws IllegalArgumentException when it is shorter
   */
  DeviceTokens(String secret, Clock clock) {
    this.clock = clock;
    try {
      signer = new MACSigner(Payloads.utf8(secret));
    } catch (KeyLengthException tooShort) {
      throw new IllegalArgumentException("the device secret must have 32 bytes or more", tooShort);
    }
  }

  String mint(String deviceId, String organizationId) {
    var now = clock.instant();
    var claims =
        new JWTClaimsSet.Builder()
            .subject(deviceId)
            .claim("deviceIdentifier", deviceId)
            .claim("organizationId", organizationId)
            .claim("type", "device")
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFETIME)))
            .build();
    var token = new SignedJWT(HEADER, claims);
    try {
      token.sign(signer);
    } catch (JOSEException unsignable) {
      throw new IllegalStateException("HS256 is always there", unsignable);
    }
    return token.serialize();
  }
}
