package io.muster.acceptance;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.OrgId;
import io.muster.support.TestGateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rooms on a bare WebSocket from outside, and documents with the official client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RealtimeIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "service-key-of-the-application-32-bytes";
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.postgres(Map.of("muster.auth.internal-secret", KEY));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static String token(String name, String... permissions) {
    return token(name, List.of(), permissions);
  }

  private static String token(String name, List<Map<String, Object>> rooms, String... permissions) {
    return gateway
        .users()
        .participant(name, new OrgId("acme"), rooms, List.of(permissions), Duration.ofHours(1))
        .token();
  }

  @Test
  void official_clients_are_served_unchanged(@TempDir Path dir) throws Exception {
    Map<String, Object> session =
        Map.of("pattern", "session:s1", "actions", List.of("subscribe"), "as", "attendee");
    var tokens =
        Map.of(
            "edith", token("edith", "records:view", "records:edit"),
            "emil", token("emil", "records:view", "records:edit"),
            "vera", token("vera", "records:view"),
            "sam", token("sam", List.of(session)));
    Node.passes(
        dir.resolve("output"),
        "civic-rooms.js",
        gateway.url(),
        KEY,
        JSON.writeValueAsString(tokens));
  }
}
