package io.muster.acceptance;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.OrgId;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import io.muster.support.TestGateway;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features from outside, with the official client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FeaturesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "service-key-of-the-application-32-bytes";
  private static final OrgId ACME = new OrgId("acme");
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.postgres(
            Map.of("muster.auth.internal-secret", KEY, "muster.rooms.hosted-features", "users"));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static String token(TokenMint mint, String name, Duration life, String... permissions) {
    return mint.participant(name, ACME, List.of(), List.of(permissions), life).token();
  }

  @Test
  void the_official_client_is_served_unchanged(@TempDir Path dir) throws Exception {
    var hour = Duration.ofHours(1);
    var ours = gateway.users();
    var stranger =
        new TokenMint(Secret.of("the secret of somebody else altogether"), Clock.systemUTC());
    var tokens =
        Map.of(
            "anna", token(ours, "anna", hour, "users:*", "orders:read", "orders:create"),
            "ben", token(ours, "ben", hour, "users:*", "orders:read"),
            "rita", token(ours, "rita", hour, "rbac.role:read"),
            "late", token(ours, "anna", Duration.ofMinutes(-5), "users:*"),
            "other", token(stranger, "anna", hour, "users:*"));
    Node.passes(
        dir.resolve("output"),
        "feature-rooms.js",
        gateway.url(),
        KEY,
        JSON.writeValueAsString(tokens));
  }
}
