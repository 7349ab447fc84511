package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.json;
import static io.muster.acceptance.OfficialClient.screen;
import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.auth.Role;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.json.JSONObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A dashboard as the shipped one is: the official library, a token, and what its hooks send. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DashboardIT {
  private final TrialGateway gateway = TrialGateway.shared();
  private String org;
  private String id;

  @BeforeEach
  void names() {
    org = fresh("org");
    id = fresh("tv");
  }

  private OfficialClient tab() {
    return OfficialClient.with(
        gateway.url(),
        "{'token':'%s','organizationId':'%s'}".formatted(TrialGateway.user(org, Role.VIEWER), org));
  }

  private static List<String> statuses(OfficialClient tab, String id) {
    return tab.all("device:status").stream()
        .filter(s -> s.path("deviceId").asText().equals(id))
        .map(s -> s.path("status").asText())
        .toList();
  }

  private static void assertStatus(JsonNode status, String id, String word) {
    assertEquals(id, status.path("deviceId").asText());
    assertEquals(word, status.path("status").asText());
    assertEquals(24, status.path("lastSeen").asText().length());
    assertEquals(24, status.path("timestamp").asText().length());
    Instant.parse(status.path("lastSeen").asText());
    assertEquals(4, status.size());
  }

  @Nested
  class When_it_comes {
    @Test
    void it_gets_one_batch_and_another_after_it_has_joined() {
      var device = screen(gateway, org, id);
      isListed(1);
      try (device;
          var tab = tab()) {
        tab.next("connect");
        assertStatus(onlyOne(tab.next("device:status:batch")), id, "online");
        var ack = tab.asks("join:organization", json("{'organizationId':'" + org + "'}"));
        assertTrue(ack.path("success").asBoolean());
        assertTrue(ack.path("data").path("joined").asBoolean());
        assertEquals(org, ack.path("data").path("organizationId").asText());
        var joined = tab.next("joined:organization");
        assertEquals(org, joined.path("organizationId").asText());
        assertEquals(24, joined.path("timestamp").asText().length());
        assertStatus(onlyOne(tab.next("device:status:batch")), id, "online");
        assertEquals(List.of(), tab.all("device:status"));
      }
    }

    /** The table behind the picture follows the journal by a moment. */
    private void isListed(int devices) {
      var viewer = TrialGateway.user(org, Role.VIEWER);
      eventually(
          "listed",
          () -> gateway.get("/api/v1/devices", viewer).json().path("items").size() == devices);
    }

    private JsonNode onlyOne(JsonNode batch) {
      assertTrue(batch.isArray(), batch::toString);
      assertEquals(1, batch.size());
      return batch.get(0);
    }

    @Test
    void an_empty_organisation_has_no_batch() {
      try (var tab = tab()) {
        tab.next("connect");
        tab.asks("join:organization", json("{'organizationId':'" + org + "'}"));
        tab.next("joined:organization");
        try (var _ = screen(gateway, org, id)) {
          tab.next("device:status");
        }
        assertEquals(List.of(), tab.all("device:status:batch"));
      }
    }

    @Test
    void a_device_that_was_never_seen_is_offline_there() {
      gateway
          .post("/api/v1/devices", TrialGateway.user(org, Role.OPERATOR), "{'id':'" + id + "'}")
          .is(201);
      isListed(1);
      try (var tab = tab()) {
        var batch = tab.next("device:status:batch");
        assertStatus(batch.get(0), id, "offline");
      }
    }

    @Test
    void a_batch_has_at_most_500_devices_and_all_of_them_come() {
      var operator = TrialGateway.user(org, Role.OPERATOR);
      // All at once, for the journal writes those together that wait together.
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        IntStream.range(0, 510)
            .mapToObj("{'id':'%s-%%d'}".formatted(id)::formatted)
            .forEach(
                body ->
                    threads.submit(() -> gateway.post("/api/v1/devices", operator, body).is(201)));
      }
      eventually(
          "all are in the table",
          () -> gateway.get("/api/v1/devices?pageSize=500", operator).json().has("nextPageToken"));
      try (var tab = tab()) {
        eventually("all have come", () -> told(tab) >= 510);
        assertTrue(tab.all("device:status:batch").stream().allMatch(b -> b.size() <= 500));
      }
    }

    private long told(OfficialClient tab) {
      return tab.all("device:status:batch").stream()
              .flatMap(batch -> StreamSupport.stream(batch.spliterator(), false))
              .map(s -> s.path("deviceId").asText())
              .distinct()
              .count()
          + tab.all("device:status").size();
    }
  }

  @Nested
  class While_it_watches {
    @Test
    void a_device_that_comes_is_told_online_at_once_and_missing_only_after_a_while() {
      try (var tab = tab()) {
        tab.next("connect");
        try (var _ = screen(gateway, org, id)) {
          assertStatus(tab.next("device:status"), id, "online");
        }
        long left = System.nanoTime();
        assertStatus(tab.next("device:status"), id, "offline");
        long told = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - left);
        assertTrue(told >= 250, "told after " + told + " ms");
      }
    }

    @Test
    void one_that_comes_back_in_time_was_never_missing() {
      try (var tab = tab();
          var client = screen(gateway, org, id)) {
        tab.next("device:status");
        client.breaks();
        client.next("disconnect");
        client.next("config");
        // Another one is told missing later than this one would have been.
        var other = fresh("tv");
        screen(gateway, org, other).close();
        eventually("the other is missing", () -> statuses(tab, other).contains("offline"));
        assertFalse(statuses(tab, id).contains("offline"), () -> tab.heard().toString());
      }
    }

    @Test
    void it_hears_nothing_of_another_organisation() {
      var other = fresh("org");
      try (var tab = tab();
          var _ = screen(gateway, other, fresh("tv"))) {
        tab.next("connect");
        try (var _ = screen(gateway, org, id)) {
          tab.next("device:status");
        }
        assertTrue(
            tab.all("device:status").stream()
                .allMatch(s -> s.path("deviceId").asText().equals(id)));
      }
    }
  }

  @Nested
  class When_it_asks_for_rooms {
    @Test
    void its_own_organisation_and_its_devices_can_be_joined_and_left() {
      try (var _ = screen(gateway, org, id);
          var tab = tab()) {
        for (String room : List.of("org:" + org, "device:" + id)) {
          var joined = tab.asks("join:room", room(room));
          assertTrue(joined.path("data").path("joined").asBoolean());
          assertEquals(room, joined.path("data").path("room").asText());
          var left = tab.asks("leave:room", room(room));
          assertTrue(left.path("data").path("left").asBoolean());
          assertEquals(room, left.path("data").path("room").asText());
          assertRefused(tab.asks("leave:room", room(room)), "Not a member of this room");
        }
        assertEquals(List.of(), tab.all("error"));
      }
    }

    @Test
    void what_is_not_its_own_is_refused_in_the_known_words_and_by_an_error_event() {
      var elsewhere = fresh("tv");
      try (var _ = screen(gateway, fresh("org"), elsewhere);
          var tab = tab()) {
        assertRefused(
            tab.asks("join:room", room("device:" + elsewhere)),
            "Unauthorized: cannot join this device room");
        assertError(tab, "join:room", "Unauthorized: cannot join this device room");
        assertRefused(
            tab.asks("join:room", room("device:nobody")),
            "Unauthorized: cannot join this device room");
        assertError(tab, "join:room", "Unauthorized: cannot join this device room");
        assertRefused(
            tab.asks("join:room", room("org:other")), "Unauthorized: organization mismatch");
        assertError(tab, "join:room", "Unauthorized: organization mismatch");
        assertRefused(tab.asks("join:room", room("lobby")), "Invalid room name");
        assertError(tab, "join:room", "Invalid room name");
        assertRefused(
            tab.asks("join:organization", json("{'organizationId':'other'}")),
            "Unauthorized: organization mismatch");
        assertError(tab, "join:organization", "Unauthorized: organization mismatch");
      }
    }

    @Test
    void a_room_without_a_name_is_asked_for_in_vain() {
      try (var tab = tab()) {
        assertRefused(tab.asks("join:room", json("{}")), "Room name required");
        assertRefused(tab.asks("join:room", room("")), "Room name required");
        assertRefused(tab.asks("join:room", JSONObject.NULL), "Room name required");
        assertRefused(tab.asks("leave:room", json("{'room':5}")), "Room name required");
        assertRefused(tab.asks("join:organization", json("{}")), "Organization ID required");
        assertRefused(tab.asks("join:organization"), "Organization ID required");
        assertTrue(tab.isConnected());
      }
    }

    @Test
    void a_control_message_with_a_field_too_many_is_refused() {
      try (var tab = tab()) {
        var ack =
            tab.asks("join:organization", json("{'organizationId':'" + org + "','eventId':'e'}"));
        assertFalse(ack.path("success").asBoolean());
        assertTrue(tab.isConnected());
      }
    }

    private JSONObject room(String name) {
      return json("{'room':'" + name + "'}");
    }

    private void assertError(OfficialClient tab, String event, String message) {
      var error = tab.next("error");
      assertEquals(event, error.path("event").asText());
      assertEquals(message, error.path("message").asText());
    }

    private void assertRefused(JsonNode ack, String why) {
      assertFalse(ack.path("success").asBoolean());
      assertEquals(why, ack.path("error").asText());
      assertEquals(24, ack.path("timestamp").asText().length());
    }
  }

  @Nested
  class When_it_says_what_nobody_handles {
    @Test
    void a_dashboard_never_speaks_to_devices() {
      try (var device = screen(gateway, org, id);
          var tab = tab()) {
        tab.says("playlist:update", json("{'playlist':{},'eventId':'1'}"));
        tab.says("device:update", json("{'eventId':'2'}"));
        assertFalse(tab.asks("command", json("{'type':'reload'}")).path("success").asBoolean());
        assertFalse(tab.asks("heartbeat", json("{}")).path("success").asBoolean());
        device.asks("heartbeat", json("{}"));
        assertEquals(List.of("connect", "config"), device.names());
        assertEquals(List.of(), tab.all("error"));
      }
    }

    @Test
    void a_flood_is_refused_and_the_socket_stays() {
      try (var tab = tab()) {
        var asked =
            IntStream.range(0, 200)
                .mapToObj(_ -> tab.ask("leave:room", json("{'room':'x'}")))
                .toList();
        var errors =
            asked.stream()
                .map(a -> a.orTimeout(5, TimeUnit.SECONDS).join().path("error").asText())
                .toList();
        assertTrue(errors.contains("rate_limited"));
        assertEquals("Not a member of this room", errors.getFirst());
        assertTrue(tab.isConnected());
      }
    }
  }
}
