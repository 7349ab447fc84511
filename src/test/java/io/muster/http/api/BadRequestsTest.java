package io.muster.http.api;

import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.support.ApiDocument;
import io.muster.support.HttpCaller;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class BadRequestsTest {
  private static final ApiDocument DOCUMENT = ApiDocument.rest();
  private Tenant acme;
  private HttpCaller operator;

  @BeforeEach
  void an_organisation(TestGateway gateway) {
    acme = Tenant.fresh(gateway);
    operator = gateway.operator(acme.org()); // what no operation describes is asked here, too
  }

  private static void assertProblem(int status, String code, Reply reply) {
    assertEquals(status, reply.status(), reply::toString);
    assertEquals(Optional.of("application/problem+json"), reply.header("Content-Type"));
    JsonNode schema = DOCUMENT.json().at("/components/schemas/Problem");
    assertEquals(List.of(), DOCUMENT.complaints(schema, reply.body()));
    assertEquals(code, reply.code());
    assertEquals(status, reply.json().get("status").asInt());
  }

  @Nested
  class A_body {
    @Test
    void that_is_not_one_json_object_is_refused() {
      for (String body :
          List.of(
              "{",
              "[]",
              "1",
              "null",
              "{'id':'a'} {}",
              "{'id':'a','id':'b'}",
              "{'id':'a',}",
              "{'id':" + "[".repeat(200) + "]".repeat(200) + "}")) {
        assertProblem(400, "bad_request", acme.operator().post(DEVICES, json(body)));
      }
    }

    @Test
    void with_a_field_that_nobody_knows_is_refused_by_name() {
      var reply = acme.operator().post(DEVICES, json("{'id':'a','colour':'red'}"));
      assertProblem(400, "bad_request", reply);
      assertTrue(reply.json().get("detail").asText().contains("colour"));
    }

    @Test
    void without_what_is_needed_is_told_what() {
      var reply = acme.operator().post(DEVICES, "{}");
      assertProblem(400, "bad_request", reply);
      assertTrue(reply.json().get("detail").asText().contains("id"));
      assertProblem(400, "bad_request", acme.operator().post(DEVICES));
    }

    @Test
    void that_calls_itself_something_else_than_json_is_refused() {
      var body = json("{'type':'reload'}");
      var commands = acme.device() + "/commands";
      for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "text/json")) {
        var reply = acme.operator().with("Content-Type", type).post(commands, body);
        assertProblem(415, "unsupported_media_type", reply);
      }
      for (String type : List.of("application/json; charset=utf-8", "application/vnd.x+json")) {
        var reply = acme.operator().with("Content-Type", type).post(commands, body);
        assertEquals(202, reply.status(), type);
      }
    }

    @Test
    void that_is_larger_than_anything_we_read_is_refused() {
      var huge = json("{'id':'%s'}".formatted("x".repeat(1024 * 1024)));
      assertProblem(413, "payload_too_large", acme.operator().post(DEVICES, huge));
    }
  }

  @Nested
  class A_path {
    @Test
    void that_leads_nowhere_is_not_found() {
      for (String path :
          List.of(
              "/api",
              "/api/v1",
              "/api/v1/nothing",
              "/api/v2/devices",
              "/nothing",
              DEVICES + "/pairing",
              DEVICES + "/auth",
              DEVICES + "/tv-1/nothing",
              DEVICES + "/tv-1/commands/x/y",
              DEVICES + "/no%20name",
              DEVICES + "/tv-1/commands/no%20name")) {
        assertProblem(404, "not_found", operator.get(path));
      }
    }

    @Test
    void asked_in_a_way_it_does_not_know_tells_the_ways_it_knows() {
      assertAllowed("GET, POST", operator.delete(DEVICES));
      assertAllowed("DELETE, GET, PATCH", operator.post(DEVICES + "/tv-1", "{}"));
      assertAllowed("PUT", operator.get(DEVICES + "/tv-1/tags"));
      assertAllowed("POST", operator.get(DEVICES + "/tv-1/disable"));
      assertAllowed("DELETE, POST", operator.get(DEVICES + "/tv-1/tokens"));
      assertAllowed("GET, POST", operator.delete(DEVICES + "/tv-1/commands"));
      assertAllowed("DELETE, GET", operator.post(DEVICES + "/tv-1/commands/c", "{}"));
      assertAllowed("POST", operator.get("/api/v1/commands"));
      assertAllowed("POST", operator.get(DEVICES + "/pairing/request"));
      assertAllowed("GET", operator.post("/health", ""));
      assertAllowed("GET", operator.post("/metrics", ""));
    }

    private static void assertAllowed(String methods, Reply reply) {
      assertProblem(405, "method_not_allowed", reply);
      assertEquals(Optional.of(methods), reply.header("Allow"));
    }

    @Test
    void that_is_no_path_at_all_is_refused() {
      assertProblem(414, "uri_too_long", operator.get("/" + "x".repeat(9_000)));
    }
  }
}
