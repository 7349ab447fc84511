package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.OrgId;
import io.muster.support.HttpCaller;
import io.muster.support.TestCluster;
import io.muster.support.TestGateway;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rooms from outside: the official client, HTTP and server-sent events, one node and three. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RoomsIT {
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

  private static String token(String name, String session, String role) {
    var grant =
        Map.<String, Object>of(
            "pattern", "session:" + session, "actions", List.of("subscribe", "replay"), "as", role);
    return gateway
        .users()
        .participant(name, new OrgId("acme"), List.of(grant), Duration.ofHours(1))
        .token();
  }

  /** May learn of what happens, and of nothing that has happened before. */
  private static String newcomer(String name, String session) {
    var grant =
        Map.<String, Object>of("pattern", "session:" + session, "actions", List.of("subscribe"));
    return gateway
        .users()
        .participant(name, new OrgId("acme"), List.of(grant), Duration.ofHours(1))
        .token();
  }

  private static HttpCaller service() {
    return gateway.anonymous().with("x-internal-api-key", KEY);
  }

  private static String publish(HttpCaller by, String session, int n) {
    var answer =
        by.post(path(session), "{\"eventType\":\"tick\",\"payload\":{\"n\":%d}}".formatted(n));
    assertEquals(201, answer.status(), answer::body);
    return answer.json().path("eventId").asText();
  }

  private static String path(String session) {
    return "/api/v1/rooms/session:" + session + "/events";
  }

  private static List<Integer> numbers(JsonNode page) {
    var numbers = new ArrayList<Integer>();
    page.path("events").forEach(event -> numbers.add(event.path("payload").path("n").asInt()));
    return numbers;
  }

  @Test
  void the_official_client_is_served_unchanged(@TempDir Path dir) throws Exception {
    var tokens =
        Map.of(
            "presenter", token("presenter", "*", "presenter"),
            "anna", token("anna", "*", "attendee"),
            "ben", token("ben", "s1", "attendee"),
            "nora", newcomer("nora", "s1"),
            "tina", token("tina", "t1", "attendee"),
            "tess", token("tess", "t2", "attendee"));
    Node.passes(
        dir.resolve("output"),
        "session-rooms.js",
        gateway.url(),
        KEY,
        JSON.writeValueAsString(tokens));
  }

  @Nested
  class Over_HTTP {
    @Test
    void what_happened_is_read_in_pages() {
      for (int n = 1; n <= 5; n++) {
        publish(service(), "pages", n);
      }
      var first = service().get(path("pages") + "?limit=3").json();
      assertEquals(List.of(1, 2, 3), numbers(first));
      var second =
          service().get(path("pages") + "?after=" + first.path("lastEventId").asText()).json();
      assertEquals(List.of(4, 5), numbers(second));
      assertEquals(second.path("headEventId"), second.path("lastEventId"));
    }

    @Test
    void the_same_key_publishes_once() {
      var keyed = service().with("Idempotency-Key", "k-1");
      var id = publish(keyed, "keys", 1);
      assertEquals(id, publish(keyed, "keys", 1));
      var other = keyed.post(path("keys"), "{\"eventType\":\"tick\",\"payload\":{\"n\":2}}");
      assertEquals(409, other.status());
      assertEquals("DUPLICATE_OPERATION", other.code());
      assertEquals(List.of(1), numbers(service().get(path("keys")).json()));
    }

    @Test
    void who_may_not_is_refused_with_a_code() {
      var nobody = gateway.anonymous().get(path("s1"));
      assertEquals(401, nobody.status());
      assertEquals("AUTH_FAILED", nobody.code());
      var reader = gateway.anonymous().bearing(token("anna", "s1", "attendee"));
      assertEquals(200, reader.get(path("s1")).status());
      assertEquals("PERMISSION_DENIED", reader.get(path("t1")).code());
      assertEquals(403, reader.post(path("s1"), "{\"eventType\":\"tick\"}").status());
      assertEquals("PERMISSION_DENIED", gateway.admin("acme").get(path("s1")).code());
      assertFalse(nobody.json().path("correlationId").asText().isEmpty());
    }

    @Test
    void who_may_not_replay_learns_nothing_of_before() {
      publish(service(), "s2", 1);
      var newcomer = gateway.anonymous().bearing(newcomer("nora", "s2"));
      assertEquals("PERMISSION_DENIED", newcomer.get(path("s2")).code());
    }

    @Test
    void what_is_too_large_or_no_room_is_refused() {
      var large = "{\"eventType\":\"t\",\"payload\":\"%s\"}".formatted("x".repeat(64 * 1024));
      assertEquals("PAYLOAD_TOO_LARGE", service().post(path("s1"), large).code());
      assertEquals("INVALID_ROOM_ID", service().get("/api/v1/rooms/no-room/events").code());
      var unknown = service().get("/api/v1/rooms/attic:a/events");
      assertEquals(404, unknown.status());
      assertEquals("ROOM_TYPE_NOT_REGISTERED", unknown.code());
      assertEquals(400, service().post(path("s1"), "{\"payload\":{}}").status());
    }

    @Test
    void an_id_of_nothing_here_is_gone() {
      publish(service(), "gone", 1);
      var answer = service().get(path("gone") + "?after=zzz.0000000000001");
      assertEquals(410, answer.status());
      assertEquals("REPLAY_EXPIRED", answer.code());
      assertEquals("unknown", answer.json().path("reason").asText());
    }
  }

  /** Found on the class path, as in examples/consultations. */
  @Nested
  class A_kind_of_somebody_else {
    private static final String ROOM = "/api/v1/rooms/consultations:ring-road";

    private HttpCaller by(String name, String... permissions) {
      return gateway
          .anonymous()
          .bearing(
              gateway
                  .users()
                  .participant(
                      name, new OrgId("town"), List.of(), List.of(permissions), Duration.ofHours(1))
                  .token());
    }

    @Test
    void decides_what_may_be_and_who_learns_what() {
      var viewer = by("anna", "consultations:view");
      var moderator = by("mo", "consultations:view", "consultations:moderate");
      var question =
          "{\"eventType\":\"question:asked\",\"payload\":{\"text\":\"Why?\",\"mail\":\"a@x\"}}";
      assertEquals(403, viewer.post(ROOM + "/events", question).status());
      assertEquals(201, moderator.post(ROOM + "/events", question).status());
      assertEquals(
          400, moderator.post(ROOM + "/events", "{\"eventType\":\"poll:created\"}").status());
      var large = "{\"eventType\":\"question:asked\",\"payload\":{\"text\":\"y\",\"more\":\"%s\"}}";
      assertEquals(
          "PAYLOAD_TOO_LARGE",
          moderator.post(ROOM + "/events", large.formatted("x".repeat(9_000))).code());
      var read = viewer.get(ROOM + "/events").json().path("events").path(0).path("payload");
      assertEquals("{\"text\":\"Why?\"}", read.toString());
      var state = viewer.get(ROOM + "/state").json().path("state");
      assertEquals("{\"questions\":1,\"answers\":0}", state.toString());
      assertEquals(404, service().get("/api/v1/rooms/session:none/state").status());
    }
  }

  @Nested
  class Over_server_sent_events {
    @Test
    void a_client_goes_on_where_it_was() throws Exception {
      var first = publish(service(), "sse", 1);
      publish(service(), "sse", 2);
      var request =
          HttpRequest.newBuilder(URI.create(gateway.url() + "/events?sessionId=sse"))
              .header("x-internal-api-key", KEY)
              .header("Last-Event-ID", first)
              .build();
      var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
      assertEquals(200, answer.statusCode());
      try (var lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        assertEquals(2, number(lines));
        var last = publish(service(), "sse", 3);
        assertEquals(3, number(lines));
        assertFalse(last.isEmpty());
      }
    }

    private int number(BufferedReader lines) throws Exception {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data:") && line.contains("\"payload\"")) {
          return JSON.readTree(line.substring(5)).path("payload").path("n").asInt();
        }
      }
      throw new AssertionError("the stream has ended");
    }
  }

  @Nested
  class After_a_restart {
    @Test
    void a_room_goes_on_counting_and_knows_what_happened() {
      var before = publish(service(), "again", 1);
      gateway.restart();
      var after = publish(service(), "again", 2);
      assertTrue(after.compareTo(before) > 0);
      assertEquals(List.of(1, 2), numbers(service().get(path("again")).json()));
      assertEquals(List.of(2), numbers(service().get(path("again") + "?after=" + before).json()));
    }
  }

  @Nested
  class Among_three_nodes {
    @Test
    void whoever_is_asked_it_is_the_same_room() throws Exception {
      try (var cluster = TestCluster.of(3, Map.of("muster.auth.internal-secret", KEY))) {
        for (int room = 0; room < 6; room++) {
          var session = "r" + room;
          for (int n = 1; n <= 6; n++) {
            publish(cluster.node(n % 3).anonymous().with("x-internal-api-key", KEY), session, n);
          }
          for (var node : cluster.nodes()) {
            var page = node.anonymous().with("x-internal-api-key", KEY).get(path(session)).json();
            assertEquals(IntStream.rangeClosed(1, 6).boxed().toList(), numbers(page));
          }
        }
      }
    }
  }
}
