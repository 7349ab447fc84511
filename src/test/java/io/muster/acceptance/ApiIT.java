package io.muster.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.support.ApiDocument;
import io.muster.support.Demo;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * REST v1 of a gateway with a fleet: every answer is held against the OpenAPI document it serves.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ApiIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ApiDocument DOCUMENT = ApiDocument.rest();

  private static Demo demo;
  private static String operator;
  private static String admin;
  private static String viewer;

  @BeforeAll
  static void start() throws Exception {
    demo = Demo.start();
    operator = demo.signInLink().replaceFirst(".*#token=", "");
    admin = demo.userToken("admin");
    viewer = demo.userToken("viewer");
  }

  @AfterAll
  static void stop() throws Exception {
    if (demo != null) {
      demo.close();
    }
  }

  @Nested
  class A_device {
    @Test
    void is_registered_once_and_then_known() {
      var created = as(operator).post("/devices", "{'id':'api-1','name':'First','tags':['x']}");
      assertEquals(201, created.status());
      assertEquals(Optional.of("/api/v1/devices/api-1"), created.header("Location"));
      assertEquals(200, as(operator).post("/devices", "{'id':'api-1','name':'Other'}").status());
      assertEquals("First", as(viewer).get("/devices/api-1").json().get("name").asText());
    }

    @Test
    void is_listed_in_pages() {
      for (int i = 0; i < 3; i++) {
        as(operator).post("/devices", "{'id':'page-%d','tags':['paged']}".formatted(i));
      }
      var listed = new TreeSet<String>();
      var page = awaited(() -> as(viewer).get("/devices?tag=paged&pageSize=2"), 2);
      page.json().get("items").forEach(item -> listed.add(item.get("id").asText()));
      var token = page.json().get("nextPageToken").asText();
      as(viewer)
          .get("/devices?tag=paged&pageSize=2&pageToken=" + token)
          .json()
          .get("items")
          .forEach(item -> listed.add(item.get("id").asText()));
      assertEquals(Set.of("page-0", "page-1", "page-2"), listed);
      assertEquals(200, as(viewer).get("/devices?status=online&q=a").status());
    }

    /** The table follows the journal by a moment. */
    private Said awaited(Supplier<Said> question, int items) {
      long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      Said said = question.get();
      while (said.json().get("items").size() < items || !said.json().has("nextPageToken")) {
        assertTrue(System.nanoTime() < deadline, said::body);
        Thread.onSpinWait();
        said = question.get();
      }
      return said;
    }

    @Test
    void is_renamed_tagged_disabled_and_enabled() {
      as(operator).post("/devices", "{'id':'api-2'}");
      var changed = as(operator).patch("/devices/api-2", "{'name':'Second','tags':['b','a']}");
      assertEquals("Second", changed.json().get("name").asText());
      var tagged = as(operator).put("/devices/api-2/tags", "{'tags':['only']}");
      assertEquals("[\"only\"]", tagged.json().get("tags").toString());
      assertTrue(
          as(operator).post("/devices/api-2/disable", "").json().get("disabled").asBoolean());
      var refused = as(operator).post("/devices/api-2/commands", "{'type':'reload'}");
      assertEquals("device_disabled", refused.code(409));
      assertEquals(200, as(operator).post("/devices/api-2/enable", "").status());
    }

    @Test
    void gets_tokens_and_loses_them() {
      as(operator).post("/devices", "{'id':'api-3'}");
      var issued = as(admin).post("/devices/api-3/tokens", "{'expiresInSeconds':3600}");
      assertEquals(201, issued.status());
      var token = issued.json().get("token").asText();
      assertEquals(200, as(token).get("/devices/auth/check").status());
      assertEquals(204, as(admin).delete("/devices/api-3/tokens").status());
      assertEquals(410, as(token).get("/devices/auth/check").status());
    }

    @Test
    void is_retired_for_good() {
      as(operator).post("/devices", "{'id':'api-4'}");
      assertEquals("forbidden", as(operator).delete("/devices/api-4").code(403));
      assertEquals(204, as(admin).delete("/devices/api-4").status());
      assertEquals(204, as(admin).delete("/devices/api-4").status());
      assertTrue(as(viewer).get("/devices/api-4").json().get("retired").asBoolean());
      var refused = as(operator).post("/devices/api-4/commands", "{'type':'reload'}");
      assertEquals("device_retired", refused.code(409));
    }
  }

  @Nested
  class A_command {
    @Test
    void to_a_device_that_is_away_waits_and_can_be_taken_back() {
      as(operator).post("/devices", "{'id':'away-1'}");
      var accepted = as(operator).post("/devices/away-1/commands", "{'type':'reload'}");
      assertEquals(202, accepted.status());
      var path = accepted.header("Location").orElseThrow().substring("/api/v1".length());
      assertEquals("queued", as(viewer).get(path).json().get("state").asText());
      assertEquals("cancelled", as(operator).delete(path).json().get("state").asText());
      assertEquals("command_settled", as(operator).delete(path).code(409));
      assertEquals("cancelled", as(viewer).get(path).json().get("state").asText());
      var list = as(viewer).get("/devices/away-1/commands?pageSize=1").json();
      assertEquals(1, list.get("items").size());
    }

    @Test
    void to_a_device_of_the_fleet_is_acknowledged_while_one_waits() {
      var device =
          as(viewer).get("/devices?status=online&pageSize=1").json().at("/items/0/id").asText();
      var settled =
          as(operator)
              .with("Prefer", "wait=20")
              .post("/devices/" + device + "/commands", "{'type':'reload','payload':{'a':1}}");
      assertEquals(200, settled.status(), settled::body);
      assertEquals("acknowledged", settled.json().get("state").asText());
    }

    @Test
    void is_sent_once_however_often_it_is_asked_for_with_the_same_key() {
      as(operator).post("/devices", "{'id':'away-2'}");
      var keyed = as(operator).with("Idempotency-Key", "k-1");
      var first = keyed.post("/devices/away-2/commands", "{'type':'reload'}");
      var again = keyed.post("/devices/away-2/commands", "{'type':'reload'}");
      assertEquals(first.json().get("id"), again.json().get("id"));
      assertEquals(
          "idempotency_key_reused",
          keyed.post("/devices/away-2/commands", "{'type':'reboot'}").code(422));
    }

    @Test
    void to_many_is_planned_and_then_sent() {
      as(operator).post("/devices", "{'id':'many-1'}");
      var target = "'target':{'deviceIds':['many-1','nowhere']},'command':{'type':'reload'}";
      var plan = as(operator).post("/commands", "{" + target + ",'dryRun':true}");
      assertEquals("[\"many-1\"]", plan.json().get("targets").toString());
      assertEquals("device_not_found", plan.json().at("/refused/0/code").asText());
      var sent = as(operator).post("/commands", "{" + target + "}");
      assertEquals(202, sent.status());
      assertEquals("many-1", sent.json().at("/accepted/0/deviceId").asText());
    }
  }

  @Nested
  class Pairing {
    @Test
    void hands_the_token_to_the_device_once() {
      var asked =
          as("").post("/devices/pairing/request", "{'deviceIdentifier':'tv-it','metadata':{}}");
      assertEquals(201, asked.status());
      var code = asked.json().at("/data/code").asText();
      var status = "/devices/pairing/status/" + code;
      assertEquals("pending", as("").get(status).json().at("/data/status").asText());
      var paired =
          as(operator)
              .post("/devices/pairing/complete", "{'code':'%s','name':'New'}".formatted(code));
      assertEquals(200, paired.status());
      assertEquals("paired", as("").get(status).json().at("/data/status").asText());
      assertEquals(404, as("").get(status).status());
    }
  }

  @Nested
  class Bad_input {
    @Test
    void is_answered_by_a_problem_with_a_code() {
      assertEquals("bad_request", as(operator).post("/devices", "{'id':'no good'}").code(400));
      assertEquals("bad_request", as(operator).post("/devices", "{'id':'a','extra':1}").code(400));
      assertEquals("bad_request", as(operator).post("/devices", "not json").code(400));
      assertEquals("bad_request", as(viewer).get("/devices?pageSize=0").code(400));
      assertEquals("bad_request", as(viewer).get("/devices?status=asleep").code(400));
      as(operator).post("/devices", "{'id':'bad-1'}");
      var wrong = as(operator).post("/devices/bad-1/commands", "{'type':'Reload'}");
      assertEquals("bad_request", wrong.code(400));
    }

    @Test
    void of_nobody_and_of_those_who_may_not_is_refused() {
      assertEquals("unauthorized", as("").get("/devices").code(401));
      assertEquals("unauthorized", as("x.y.z").get("/devices").code(401));
      assertEquals("forbidden", as(viewer).post("/devices", "{'id':'v-1'}").code(403));
    }

    @Test
    void that_names_nothing_is_told_so() {
      assertEquals("device_not_found", as(viewer).get("/devices/nowhere").code(404));
      assertEquals("device_not_found", as(viewer).get("/devices/nowhere/commands").code(404));
      as(operator).post("/devices", "{'id':'bad-2'}");
      assertEquals("command_not_found", as(viewer).get("/devices/bad-2/commands/none").code(404));
    }
  }

  @Nested
  class Those_who_run_it {
    @Test
    void see_its_health_and_its_documents() {
      for (String path :
          List.of("/health", "/health/live", "/health/ready", "/openapi.json", "/asyncapi.json")) {
        assertEquals(200, new Asking("", List.of()).ask("GET", path, "").status(), path);
      }
      assertEquals(200, new Asking("", List.of()).ask("GET", "/metrics", "").status());
    }
  }

  // ── asking ──

  private static Asking as(String token) {
    return new Asking(token, List.of());
  }

  private record Said(int status, HttpResponse<String> response) {
    String body() {
      return response.body();
    }

    JsonNode json() {
      try {
        return JSON.readTree(body());
      } catch (Exception e) {
        throw new AssertionError(body(), e);
      }
    }

    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    String code(int expected) {
      assertEquals(expected, status, this::body);
      return json().get("code").asText();
    }
  }

  private record Asking(String token, List<String> headers) {
    Asking with(String name, String value) {
      return new Asking(token, List.of(name, value));
    }

    Said get(String path) {
      return ask("GET", "/api/v1" + path, "");
    }

    Said post(String path, String body) {
      return ask("POST", "/api/v1" + path, body);
    }

    Said put(String path, String body) {
      return ask("PUT", "/api/v1" + path, body);
    }

    Said patch(String path, String body) {
      return ask("PATCH", "/api/v1" + path, body);
    }

    Said delete(String path) {
      return ask("DELETE", "/api/v1" + path, "");
    }

    Said ask(String method, String path, String body) {
      var request =
          HttpRequest.newBuilder(URI.create(demo.address()).resolve(path))
              .timeout(Duration.ofSeconds(40))
              .method(
                  method,
                  body.isEmpty()
                      ? BodyPublishers.noBody()
                      : BodyPublishers.ofString(body.replace('\'', '"')));
      if (!body.isEmpty()) {
        request.header("Content-Type", "application/json");
      }
      if (!token.isEmpty()) {
        request.header("Authorization", "Bearer " + token);
      }
      if (!headers.isEmpty()) {
        request.headers(headers.toArray(String[]::new));
      }
      return held(method, path, request.build());
    }

    private static Said held(String method, String path, HttpRequest request) {
      HttpResponse<String> response;
      try {
        response = HTTP.send(request, BodyHandlers.ofString());
      } catch (Exception e) {
        throw new AssertionError(method + " " + path, e);
      }
      var complaints =
          DOCUMENT.complaintsAbout(
              new ApiDocument.Answer(
                  method,
                  URI.create(path).getPath(),
                  response.statusCode(),
                  response.headers().firstValue("Content-Type"),
                  response.body()));
      assertEquals(List.of(), complaints);
      return new Said(response.statusCode(), response);
    }
  }
}
