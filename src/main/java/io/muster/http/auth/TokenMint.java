package io.muster.http.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.TokenIssuer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Makes tokens for devices or for users, whichever its secret is for. Thread-safe. */
public final class TokenMint implements TokenIssuer {
  public static final Duration DEVICE_LIFE = Duration.ofDays(90);
  public static final Duration USER_LIFE = Duration.ofMinutes(30);

  private static final Duration USER_LIFE_MIN = Duration.ofSeconds(60);
  private static final Duration USER_LIFE_MAX = Duration.ofDays(7);

  /**
   * A new token. Hidden from {@code toString}, because it is shown once and to one.
   *
   * @param hash SHA-256 of the token, 64 lower-case hexadecimal digits
   */
  public record Minted(String token, String hash, String jti, Instant issuedAt, Instant expiresAt) {
    @Override
    public String toString() {
      return "Minted(%s, until %s)".formatted(jti, expiresAt);
    }
  }

  private static final JWSHeader HEADER =
      new JWSHeader.Builder(JWSAlgorithm.HS256).type(com.nimbusds.jose.JOSEObjectType.JWT).build();

  private final JWSSigner signer;
  private final Clock clock;

  /**
   * @param secret the one for devices when it shall make device tokens, the one for users otherwise
   */
  public TokenMint(Secret secret, Clock clock) {
    try {
      this.signer = new MACSigner(secret.bytes());
    } catch (JOSEException e) {
      throw new IllegalArgumentException("A secret of 32 bytes serves HS256", e);
    }
    this.clock = clock;
  }

  /**
   * @param deviceIdentifier what the device called itself when it was paired
   */
  public Minted device(DeviceId id, OrgId org, Optional<String> deviceIdentifier, Duration life) {
    if (!life.isPositive()) {
      throw new IllegalArgumentException("A token must live, was " + life);
    }
    Map<String, Object> claims = claims(id.value(), org, "device");
    deviceIdentifier.ifPresent(name -> claims.put("deviceIdentifier", name));
    return mint(claims, life);
  }

  @Override
  public Fresh renew(DeviceId id, OrgId org, Optional<String> deviceIdentifier) {
    var minted = device(id, org, deviceIdentifier, DEVICE_LIFE);
    return new Fresh(minted.token(), minted.hash(), minted.expiresAt());
  }

  /**
   * @param life 60 seconds to 7 days
   */
  public Minted user(String id, OrgId org, Role role, Optional<String> email, Duration life) {
    if (life.compareTo(USER_LIFE_MIN) < 0 || life.compareTo(USER_LIFE_MAX) > 0) {
      throw new IllegalArgumentException(
          "A user's token lives %s to %s, was %s".formatted(USER_LIFE_MIN, USER_LIFE_MAX, life));
    }
    Map<String, Object> claims = claims(id, org, "user");
    email.ifPresent(address -> claims.put("email", address));
    claims.put("role", role.word());
    return mint(claims, life);
  }

  /**
   * @param rooms the claim, as {@link RoomGrants} reads it
   */
  public Minted participant(String id, OrgId org, List<Map<String, Object>> rooms, Duration life) {
    return participant(id, org, rooms, List.of(), life);
  }

  /**
   * @param permissions the claim, in the application's words
   */
  public Minted participant(
      String id,
      OrgId org,
      List<Map<String, Object>> rooms,
      List<String> permissions,
      Duration life) {
    Map<String, Object> claims = claims(id, org, "participant");
    claims.put("rooms", rooms);
    claims.put("permissions", permissions);
    return mint(claims, life);
  }

  private static Map<String, Object> claims(String subject, OrgId org, String type) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", subject);
    claims.put("organizationId", org.value());
    claims.put("type", type);
    return claims;
  }

  private Minted mint(Map<String, Object> claims, Duration life) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.plus(life).truncatedTo(ChronoUnit.SECONDS);
    String jti = UUID.randomUUID().toString();
    claims.put("jti", jti);
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", end.getEpochSecond());
    var token = new JWSObject(HEADER, new Payload(claims));
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("HS256 can always sign", e);
    }
    String text = token.serialize();
    return new Minted(text, Sha256.hex(text), jti, now, end);
  }
}
