package io.muster.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What the shipped programs say, what we listen to, and what is written about it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SaidByClientsTest {
  private static final Path TESTS = Path.of("src/test/java/io/muster");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, String> SCHEMAS =
      Map.of(
          "heartbeat", "Heartbeat",
          "content:impression", "Impression",
          "content:error", "ContentError");

  /** One client and one message each. */
  private static Stream<JsonNode> golden() {
    return files(Path.of("src/test/resources/golden/client-payloads"))
        .map(SaidByClientsTest::read)
        .map(SaidByClientsTest::json);
  }

  private static Stream<Path> files(Path folder) {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void rule_4_each_event_that_is_listened_to_is_said_to_a_whole_gateway_by_a_test() {
    var said =
        golden()
            .map(file -> file.path("event").asText())
            .collect(Collectors.toCollection(TreeSet::new));
    files(TESTS)
        .filter(file -> file.toString().matches(".*(IT|OverHttpTest)\\.java"))
        .map(SaidByClientsTest::read)
        .flatMap(text -> found("(?:asks|says)\\(\\s*\"([a-z]+(?::[a-z]+)?)\"", text))
        .forEach(said::add);
    var unsaid = listenedTo().filter(event -> !said.contains(event)).toList();
    assertEquals(List.of(), unsaid);
  }

  private static Stream<String> listenedTo() {
    return Stream.of("device/DeviceConnection.java", "dashboard/DashboardConnection.java")
        .map(file -> read(Path.of("src/main/java/io/muster/http", file)))
        .flatMap(text -> found("(?m)^      case (\".*\") ->", text))
        .flatMap(names -> found("\"([a-z:]+)\"", names));
  }

  private static Stream<String> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1));
  }

  @Test
  void rule_10_each_field_that_a_shipped_program_sends_is_used_or_described_as_not_used() {
    var schemas = json(read(Path.of("src/main/resources/asyncapi.json"))).at("/components/schemas");
    var untold = new TreeSet<String>();
    golden()
        .filter(file -> SCHEMAS.containsKey(file.path("event").asText()))
        .forEach(
            file -> {
              var event = file.path("event").asText();
              compare(event, file.path("payload"), schemas.path(SCHEMAS.get(event)), untold);
            });
    assertEquals(new TreeSet<>(), untold);
  }

  private static void compare(String at, JsonNode said, JsonNode schema, TreeSet<String> untold) {
    said.propertyStream()
        .forEach(
            field -> {
              var path = at + " " + field.getKey();
              var told = schema.path("properties").path(field.getKey());
              boolean isProse =
                  schema.path("description").asText().contains("`" + field.getKey() + "`");
              if (told.isMissingNode() && !isProse) {
                untold.add(path);
              } else {
                compare(path, field.getValue(), told, untold);
              }
            });
  }
}
