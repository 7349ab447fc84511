package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Nested;
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

  @Nested
  class A_document {
    private final String editor = token("edith", "records:edit");

    private void finds(Path dir, String record, String before, String writes) throws Exception {
      Node.passes(
          dir.resolve("output"), "document.js", gateway.url(), editor, record, before, writes);
    }

    @Test
    void is_kept_whole_when_it_is_asked_for_and_there_is_something_new(@TempDir Path dir)
        throws Exception {
      finds(dir, "S1", "", "one. ");
      var snapshot = "/api/v1/records/S1/snapshot";
      var caller = gateway.anonymous().bearing(editor);
      var kept = caller.post(snapshot);
      assertEquals(200, kept.status(), kept::body);
      assertTrue(kept.json().path("snapshotCreated").asBoolean());
      assertTrue(kept.json().path("version").asLong() > 0);
      assertFalse(caller.post(snapshot).json().path("snapshotCreated").asBoolean());
      var viewer = gateway.anonymous().bearing(token("vera", "records:view"));
      assertEquals(403, viewer.post(snapshot).status());
    }

    @Test
    void is_there_again_after_a_restart(@TempDir Path dir) throws Exception {
      finds(dir, "S2", "", "one. ");
      gateway.anonymous().bearing(editor).post("/api/v1/records/S2/snapshot");
      finds(dir, "S2", "one. ", "two. ");
      gateway.restart();
      finds(dir, "S2", "one. two. ", "three. ");
    }
  }

  @Nested
  class Rooms_at_a_time {
    @Test
    void are_so_many_and_no_more() throws Exception {
      var settings = Map.<String, Object>of("muster.rooms.max-rooms", 2);
      try (var small = TestGateway.postgres(settings)) {
        var token =
            small
                .users()
                .participant(
                    "edith",
                    new OrgId("acme"),
                    List.of(),
                    List.of("records:view"),
                    Duration.ofHours(1))
                .token();
        try (var one = new PlainEar(small.url(), "/realtime/records/L1", token);
            var two = new PlainEar(small.url(), "/realtime/records/L2", token)) {
          one.hears("connection.ack");
          two.hears("connection.ack");
          try (var three = new PlainEar(small.url(), "/realtime/records/L3", token)) {
            three.hears("ROOM_LIMIT_EXCEEDED");
            three.isClosedWith(4029);
          }
          try (var again = new PlainEar(small.url(), "/realtime/records/L2", token)) {
            again.hears("connection.ack");
          }
        }
      }
    }
  }
}
