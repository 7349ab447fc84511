package io.muster.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** A served document of the API, held against what is really said. */
public final class ApiDocument {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemaRegistryConfig(
                  SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

  /**
   * An answer of the gateway.
   *
   * @param path without the query
   * @param contentType as sent; empty where there is no body
   */
  public record Answer(
      String method, String path, int status, Optional<String> contentType, String body) {}

  private final JsonNode document;
  private final Map<JsonNode, Schema> schemas = new HashMap<>();

  private ApiDocument(JsonNode document) {
    this.document = document;
  }

  /** Of HTTP. */
  public static ApiDocument rest() {
    return read("/openapi.json");
  }

  /** Of the plain WebSockets. */
  public static ApiDocument sockets() {
    return read("/asyncapi.json");
  }

  private static ApiDocument read(String resource) {
    try (InputStream in = ApiDocument.class.getResourceAsStream(resource)) {
      return new ApiDocument(JSON.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public JsonNode json() {
    return document;
  }

  /** What the document does not allow; empty when the answer is as described. */
  public List<String> complaintsAbout(Answer answer) {
    var operation = operation(answer.method(), answer.path());
    if (operation.isEmpty()) {
      return List.of("no operation " + answer.method() + " " + answer.path());
    }
    var responses = operation.get().path("responses");
    var status = String.valueOf(answer.status());
    if (responses.has(status)) {
      return complaints(resolve(responses.get(status)), answer);
    }
    // What may go wrong anywhere is told once; what an operation itself refuses has to be named by
    // it.
    return answer.status() >= 500
        ? complaints(resolve(responses.get("default")), answer)
        : List.of(answer.method() + " " + answer.path() + " does not tell of " + status);
  }

  /** What the document does not allow in a request body that was taken nevertheless. */
  public List<String> complaintsAboutRequest(String method, String path, String body) {
    var described =
        operation(method, path).map(o -> o.at("/requestBody/content/application~1json/schema"));
    return described.filter(schema -> !schema.isMissingNode()).isEmpty()
        ? List.of("no request body is described for " + method + " " + path)
        : complaints(described.get(), body);
  }

  /** Names of the headers that an answer of this status always has. */
  public List<String> headers(String method, String path, int status) {
    var response = operation(method, path).map(o -> resolve(o.path("responses").path("" + status)));
    return response.map(r -> r.path("headers")).stream()
        .flatMap(headers -> headers.properties().stream())
        .filter(header -> resolve(header.getValue()).path("required").asBoolean())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The {@code operationId}; empty when the document knows no such operation. */
  public Optional<String> name(String method, String path) {
    return operation(method, path).map(o -> o.get("operationId").asText());
  }

  /**
   * @param path with its parameters in braces
   * @param statuses what it documents by number
   * @param isForUsers needs a user's token
   */
  public record Operation(
      String name,
      String method,
      String path,
      List<Integer> statuses,
      boolean takesBody,
      boolean takesQuery,
      boolean isForUsers) {}

  public List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue().properties().stream()
                    .filter(member -> member.getValue().has("operationId"))
                    .map(member -> operation(path.getKey(), member.getKey(), member.getValue()))
                    .forEach(operations::add));
    return operations;
  }

  private Operation operation(String path, String method, JsonNode described) {
    return new Operation(
        described.get("operationId").asText(),
        method.toUpperCase(Locale.ROOT),
        path,
        names(described.get("responses")).stream()
            .filter(status -> !status.equals("default"))
            .map(Integer::valueOf)
            .toList(),
        described.has("requestBody"),
        StreamSupport.stream(described.path("parameters").spliterator(), false)
            .anyMatch(p -> resolve(p).path("in").asText().equals("query")),
        !described.has("security"));
  }

  private List<String> complaints(JsonNode response, Answer answer) {
    var content = response.path("content");
    if (content.isEmpty()) {
      return answer.body().isEmpty() ? List.of() : List.of("a body where none is described");
    }
    var type = answer.contentType().orElse("").replaceFirst(";.*", "").strip();
    if (!content.has(type)) {
      return List.of("content type '" + type + "' where " + names(content) + " is described");
    }
    if (!type.endsWith("json")) {
      return List.of();
    }
    return complaints(content.get(type).get("schema"), answer.body());
  }

  /** What the schema, which may refer to the document's components, does not allow. */
  public List<String> complaints(JsonNode schema, String json) {
    return schemas.computeIfAbsent(schema, this::compile).validate(json, InputFormat.JSON).stream()
        .map(error -> error.toString() + " in " + json)
        .toList();
  }

  private Schema compile(JsonNode schema) {
    var root = JSON.createObjectNode();
    root.putArray("allOf").add(schema);
    root.set("components", document.get("components"));
    return SCHEMAS.getSchema(root.toString(), InputFormat.JSON);
  }

  /** Follows a reference into this document. */
  public JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
  }

  private Optional<JsonNode> operation(String method, String path) {
    return names(document.get("paths")).stream()
        .filter(template -> form(template).matcher(path).matches())
        // A literal segment outranks a parameter.
        .sorted(Comparator.comparing((String template) -> template.contains("{")))
        .map(template -> document.get("paths").get(template).get(method.toLowerCase()))
        .filter(found -> found != null)
        .findFirst();
  }

  private static Pattern form(String template) {
    return Pattern.compile(Pattern.quote(template).replaceAll("\\{[^}]+}", "\\\\E[^/]+\\\\Q"));
  }

  private static List<String> names(JsonNode object) {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
