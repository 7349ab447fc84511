package io.muster.acceptance;

import static io.muster.acceptance.TrialGateway.fresh;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.acceptance.NodeClients.Client;
import io.muster.acceptance.NodeClients.Program;
import io.muster.http.auth.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the shipped programs and the back end really send, replayed by the official client. A file
 * is one client and one message; what is in angle brackets stands for a value of its kind.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GoldenPayloadsIT {
  private static final Path FOLDER = Path.of("src/test/resources/golden/client-payloads");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TrialGateway gateway = TrialGateway.shared();
  private final NodeClients node = NodeClients.shared();
  private final String org = fresh("org");
  private final String device = fresh("screen");
  private Client client;

  @AfterEach
  void stop() {
    if (client != null) {
      client.close();
    }
  }

  static List<String> files() throws IOException {
    try (var files = Files.list(FOLDER)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void it_is_taken_as_the_client_expects_and_the_client_stays(String file) throws IOException {
    var golden = read(file);
    var expected = golden.path("expect");
    register();
    connect(golden);
    if (golden.has("event")) {
      say(golden, expected);
    } else if (golden.has("command")) {
      order(golden, expected);
    } else if (golden.has("http")) {
      call(golden, expected);
    }
    if (expected.has("hears")) {
      hears(expected);
    }
    if (!expected.path("ends").asBoolean()) {
      assertStays(golden);
    }
  }

  private JsonNode read(String file) throws IOException {
    return JSON.readTree(
        Files.readString(FOLDER.resolve(file)).replace("<org>", org).replace("<device>", device));
  }

  private void register() {
    var operator = TrialGateway.user(org, Role.OPERATOR);
    gateway.post("/api/v1/devices", operator, "{'id':'" + device + "'}").is(201);
  }

  private void connect(JsonNode golden) {
    var auth = (ObjectNode) golden.path("auth").deepCopy();
    var options = new HashMap<String, Object>(Map.of("url", gateway.url(), "auth", auth));
    if (auth.has("token")) {
      auth.put("token", TrialGateway.device(org, device));
    } else {
      options.put(
          "headers",
          Map.of(
              "Origin",
              "http://localhost:3001",
              "Cookie",
              "vizora_auth_token=" + TrialGateway.user(org, Role.VIEWER)));
    }
    client = node.start(Program.BARE, fresh(golden.path("client").asText()), options);
    client.next("connect");
  }

  private void say(JsonNode golden, JsonNode expected) {
    var event = golden.path("event").asText();
    if (golden.path("asks").asBoolean(true)) {
      assertShape(expected.path("ack"), client.asks(event, golden.path("payload")));
    } else {
      client.says(event, golden.path("payload"));
    }
  }

  private void order(JsonNode golden, JsonNode expected) {
    client.replies(golden.path("reply"));
    var path = gateway.command(org, device, golden.path("command").toString());
    gateway.commandIs(org, path, expected.path("state").asText());
  }

  private void call(JsonNode golden, JsonNode expected) {
    var http = golden.path("http").asText().split(" ");
    var body = golden.has("payload") ? golden.path("payload").toString() : "";
    var answer =
        gateway.call(
            http[0], http[1], "", body, "x-internal-api-key", TrialGateway.INTERNAL_SECRET);
    answer.is(expected.path("status").asInt());
    assertShape(expected.path("body"), answer.json());
  }

  private void hears(JsonNode expected) {
    assertShape(expected.path("payload"), client.next("heard " + expected.path("hears").asText()));
  }

  /** Two round trips later, nothing has happened to it. */
  private void assertStays(JsonNode golden) {
    boolean isScreen = golden.path("auth").has("token");
    var event = isScreen ? "heartbeat" : "leave:room";
    var payload = isScreen ? JSON.createObjectNode() : JSON.createObjectNode().put("room", "none");
    assertTrue(client.asks(event, payload).has("success"), client::story);
    assertFalse(client.ever("heard error"), client::story);
    assertFalse(client.ever("disconnect"), client::story);
    eventually("it is there", client::isConnected);
  }

  private static void assertShape(JsonNode expected, JsonNode actual) {
    assertTrue(isOfShape(expected, actual), () -> "expected " + expected + ", was " + actual);
  }

  private static boolean isOfShape(JsonNode expected, JsonNode actual) {
    if (expected.isObject()) {
      return actual.isObject()
          && expected.size() == actual.size()
          && expected
              .propertyStream()
              .allMatch(p -> isOfShape(p.getValue(), actual.path(p.getKey())));
    }
    if (expected.isArray()) {
      return actual.isArray()
          && expected.size() == actual.size()
          && IntStream.range(0, expected.size())
              .allMatch(n -> isOfShape(expected.get(n), actual.get(n)));
    }
    return switch (expected.asText()) {
      case "<any>" -> !actual.isMissingNode();
      case "<boolean>" -> actual.isBoolean();
      case "<instant>" ->
          actual.asText().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
      case "<number>" -> actual.isNumber();
      case "<string>" -> actual.isTextual() && !actual.asText().isEmpty();
      default -> expected.equals(actual);
    };
  }
}
