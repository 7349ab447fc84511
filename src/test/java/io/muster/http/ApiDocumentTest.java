package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.Refusal;
import io.muster.support.ApiDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ApiDocumentTest {
  private final ApiDocument document = ApiDocument.rest();

  @Nested
  class The_document {
    @Test
    void refers_only_to_what_it_contains() {
      var lost = new ArrayList<String>();
      walk(
          document.json(),
          (_, node) -> {
            if (node.has("$ref") && document.resolve(node).isMissingNode()) {
              lost.add(node.get("$ref").asText());
            }
          });
      assertEquals(List.of(), lost);
    }

    @Test
    void gives_only_examples_that_its_own_schemas_allow() {
      var complaints = new ArrayList<String>();
      walk(
          document.json(),
          (path, node) -> {
            if (node.has("schema")) {
              examplesOf(node)
                  .forEach(
                      example ->
                          document
                              .complaints(node.get("schema"), example.toString())
                              .forEach(complaint -> complaints.add(path + ": " + complaint)));
            }
          });
      assertEquals(List.of(), complaints);
    }

    @Test
    void leaves_no_room_in_its_objects_for_members_it_does_not_name() {
      var open = new ArrayList<String>();
      walk(
          document.json().at("/components/schemas"),
          (path, node) -> {
            if (node.path("type").asText().equals("object")
                && node.has("properties")
                && !node.has("additionalProperties")) {
              open.add(path);
            }
          });
      assertEquals(List.of(), open);
    }

    @Test
    void tells_of_every_refusal_of_the_core() {
      var codes = texts(document.json().at("/components/schemas/ProblemCode/enum"));
      var missing = Stream.of(Refusal.values()).map(Refusal::code).filter(c -> !codes.contains(c));
      assertEquals(List.of(), missing.toList());
    }

    @Test
    void names_each_operation_once_and_says_what_else_may_go_wrong() {
      var ids = new ArrayList<String>();
      walk(
          document.json().get("paths"),
          (path, node) -> {
            if (node.has("operationId")) {
              ids.add(node.get("operationId").asText());
              assertTrue(node.get("responses").has("default"), path);
            }
          });
      assertEquals(ids.size(), Set.copyOf(ids).size(), ids::toString);
    }
  }

  @Nested
  class An_answer {
    private final String device =
        """
        {"id":"tv-1","organizationId":"acme","name":"TV","tags":[],"status":"online",
         "statusSince":"2026-03-01T08:15:30.120Z","disabled":false,"pendingCommands":0,"epoch":1,"seq":2%s}""";

    @Test
    void that_is_described_passes() {
      assertEquals(List.of(), complaints(200, device.formatted("")));
    }

    @Test
    void with_a_member_more_is_complained_about() {
      assertNotEquals(List.of(), complaints(200, device.formatted(",\"secret\":1")));
    }

    @Test
    void with_a_status_that_is_not_described_is_complained_about() {
      assertNotEquals(List.of(), complaints(302, ""));
    }

    @Test
    void of_another_content_type_is_complained_about() {
      var page =
          new ApiDocument.Answer(
              "GET", "/api/v1/devices/tv-1", 200, Optional.of("text/html"), "<p>");
      assertNotEquals(List.of(), document.complaintsAbout(page));
    }

    @Test
    void of_a_literal_path_is_not_taken_for_a_device() {
      var good = "{\"status\":\"ok\"}";
      var path = "/api/v1/devices/auth/check";
      var answer = new ApiDocument.Answer("GET", path, 200, Optional.of("application/json"), good);
      assertEquals(List.of(), document.complaintsAbout(answer));
    }

    private List<String> complaints(int status, String body) {
      return document.complaintsAbout(
          new ApiDocument.Answer(
              "GET", "/api/v1/devices/tv-1", status, Optional.of("application/json"), body));
    }
  }

  private static List<JsonNode> examplesOf(JsonNode node) {
    var examples = new ArrayList<JsonNode>();
    if (node.has("example")) {
      examples.add(node.get("example"));
    }
    node.path("examples").forEach(example -> examples.add(example.get("value")));
    return examples;
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static void walk(JsonNode from, BiConsumer<String, JsonNode> visitor) {
    walk("", from, visitor);
  }

  private static void walk(String path, JsonNode node, BiConsumer<String, JsonNode> visitor) {
    if (node.isObject()) {
      visitor.accept(path, node);
      node.properties()
          .forEach(member -> walk(path + "/" + member.getKey(), member.getValue(), visitor));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        walk(path + "/" + i, node.get(i), visitor);
      }
    }
  }
}
