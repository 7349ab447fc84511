package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.OrgId;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import io.muster.support.HttpCaller;
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
import org.junit.jupiter.api.Nested;
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

  @Test
  void our_own_browser_client_keeps_tabs_the_same(@TempDir Path dir) throws Exception {
    var hour = Duration.ofHours(1);
    var tokens =
        Map.of(
            "anna", token(gateway.users(), "anna", hour, "users:*"),
            "ben", token(gateway.users(), "ben", hour, "users:*"),
            "rita", token(gateway.users(), "rita", hour, "users:read"));
    Node.passes(
        dir.resolve("output"), "feature-client.js", gateway.url(), JSON.writeValueAsString(tokens));
  }

  @Nested
  class Over_HTTP {
    private static final String USERS = "/api/v1/features/users/entities/user";

    private HttpCaller editor() {
      return gateway
          .anonymous()
          .bearing(token(gateway.users(), "anna", Duration.ofHours(1), "users:*"));
    }

    @Test
    void an_entity_is_changed_by_whoever_knows_its_version() {
      var made = editor().post(USERS, "{\"name\":\"Änne\",\"mail\":\"a@x\"}");
      assertEquals(201, made.status(), made::body);
      assertEquals("\"1\"", made.header("ETag").orElse(""));
      var one = USERS + "/" + made.json().path("id").asText();
      var first = editor().with("If-Match", "\"1\"");
      assertEquals("\"2\"", first.patch(one, "{\"name\":\"Anne\"}").header("ETag").orElse(""));
      var late = first.patch(one, "{\"name\":\"Anna\"}");
      assertEquals(412, late.status());
      assertEquals("VERSION_CONFLICT", late.code());
      assertEquals(2, late.json().path("current").path("version").asInt());
      assertEquals(200, first.patch(one, "{\"mail\":\"b@x\"}").status());
      assertEquals(412, first.put(one, "{\"name\":\"Anna\"}").status());
      var replaced = editor().with("If-Match", "\"3\"").put(one, "{\"name\":\"Anna\"}");
      assertEquals("Anna", replaced.json().path("data").path("name").asText());
      assertTrue(editor().get(one).json().path("data").path("mail").isMissingNode());
      assertEquals(412, first.delete(one).status());
      assertEquals(200, editor().with("If-Match", "\"4\"").delete(one).status());
      assertEquals(404, editor().get(one).status());
    }

    @Test
    void all_entities_are_listed_as_of_one_event() {
      var made = editor().post("/api/v1/features/users/entities/role", "{\"id\":\"r1\"}");
      var list = editor().get("/api/v1/features/users/entities/role").json();
      assertEquals(1, list.path("items").size());
      assertEquals("r1", list.path("items").path(0).path("id").asText());
      assertTrue(
          list.path("lastEventId").asText().compareTo(made.json().path("eventId").asText()) >= 0);
    }

    @Test
    void what_may_not_be_is_refused() {
      var reader =
          gateway
              .anonymous()
              .bearing(token(gateway.users(), "rita", Duration.ofHours(1), "users:read"));
      assertEquals(200, reader.get(USERS).status());
      assertEquals(403, reader.post(USERS, "{}").status());
      assertEquals(401, gateway.anonymous().get(USERS).status());
      assertEquals(400, editor().post(USERS, "[]").status());
      assertEquals(400, editor().with("If-Match", "soon").patch(USERS + "/x", "{}").status());
      assertEquals(404, editor().get("/api/v1/features/orders/entities/order").status());
    }

    @Test
    void the_figures_of_sockets_are_for_admins() {
      for (String path : List.of("stats", "queue-status", "health")) {
        assertEquals(401, gateway.anonymous().get("/api/websocket/" + path).status());
        var answer = gateway.admin("acme").get("/api/websocket/" + path);
        assertTrue(answer.json().path("success").asBoolean(), answer::body);
      }
      assertEquals(401, gateway.anonymous().post("/api/websocket/cleanup").status());
      assertEquals(200, gateway.admin("acme").post("/api/websocket/cleanup").status());
    }
  }
}
