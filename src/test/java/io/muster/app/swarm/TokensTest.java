package io.muster.app.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TokensTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final Instant NOW = Instant.parse("2026-08-01T10:00:00Z");

  @Test
  void a_token_names_the_device_and_its_organisation_for_90_days() throws Exception {
    var tokens = new Tokens(SECRET, Clock.fixed(NOW, ZoneOffset.UTC));

    var token = SignedJWT.parse(tokens.device("tv-1", "acme"));

    assertTrue(token.verify(new MACVerifier(SECRET)));
    var claims = token.getJWTClaimsSet();
    assertEquals("tv-1", claims.getSubject());
    assertEquals("acme", claims.getStringClaim("organizationId"));
    assertEquals("device", claims.getStringClaim("type"));
    assertEquals(NOW.plus(Duration.ofDays(90)), claims.getExpirationTime().toInstant());
  }

  @Test
  void a_short_secret_is_refused() {
    assertThrows(IllegalArgumentException.class, () -> new Tokens("short", Clock.systemUTC()));
  }
}
