package io.muster.actors.content;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one place where a playlist becomes what devices read. It names what goes out, so that a
 * column that somebody adds to a row tomorrow reaches nobody; only {@code metadata}, which belongs
 * to whoever wrote the content, passes as it is but for its secrets.
 */
public final class PlaylistJson {
  /**
   * Bytes of UTF-8. A playlist must fit into what may wait for one client (1 MiB by default), with
   * room for what is around it.
   */
  public static final int BYTES_MAX = 768 * 1024;

  /** A screen that changes every second shows fewer in an hour. */
  public static final int ITEMS_MAX = 3_000;

  // A playlist in a zone of a layout in a playlist, with metadata of its own, needs a third of it.
  private static final int DEPTH_MAX = 48;
  private static final int NAME_CHARS_MAX = 128;

  private static final String STORED = "minio://";

  /** Credentials, however they are spelled, have no business on a screen. */
  private static final Set<String> SECRETS =
      Set.of(
          "organizationid",
          "password",
          "secret",
          "clientsecret",
          "apikey",
          "apisecret",
          "privatekey",
          "authorization",
          "jwttoken",
          "authtoken",
          "accesstoken",
          "refreshtoken",
          "bearertoken");

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  // Clients compare such texts as texts: always milliseconds.
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Optional<String> apiBaseUrl;

  /**
   * One playlist as JSON text.
   *
   * @param isEmpty it has no items: some players go dark at such a one, so it is sent only when
   *     somebody has pushed just that
   */
  public record Written(String id, String text, boolean isEmpty) {}

  /**
   * @param apiBaseUrl under which devices find the files that are stored as {@code minio://…}: the
   *     origin at which they show their token; without one such a file is refused
   */
  public PlaylistJson(Optional<String> apiBaseUrl) {
    this.apiBaseUrl = apiBaseUrl.map(url -> url.replaceFirst("/+$", ""));
  }

  /**
   * @param row a playlist with {@code id} and {@code items}, as a row of a database or as written
   *     before: what was written once comes out the same
   * @throws IllegalArgumentException when it is no playlist, or beyond the bounds
   */
  public Written write(JsonNode row) {
    var playlist = playlist(row, 0);
    var text = text(playlist);
    require(
        text.length() <= BYTES_MAX && text.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX,
        "a playlist has at most %d bytes".formatted(BYTES_MAX));
    return new Written(playlist.get("id").textValue(), text, playlist.path("items").isEmpty());
  }

  private static String text(JsonNode json) {
    try {
      return MAPPER.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** ISO-8601 UTC with milliseconds, 24 characters. */
  static String instant(Instant at) {
    return INSTANT.format(at);
  }

  // ── what goes out ──

  private ObjectNode playlist(JsonNode row, int depth) {
    requireDepth(depth);
    require(row.isObject(), "a playlist is an object");
    require(row.path("items").isArray(), "a playlist has items");
    require(
        row.get("items").size() <= ITEMS_MAX,
        "a playlist has at most %d items".formatted(ITEMS_MAX));
    var json = NODES.objectNode();
    json.put("id", name(row.path("id"), "a playlist's id"));
    json.set("name", text(row, "name"));
    // The Electron player stops after one pass without it.
    json.put("loopPlaylist", true);
    var items = json.putArray("items");
    for (JsonNode item : row.get("items")) {
      if (isShown(item.path("content"))) {
        items.add(item(item, items.size(), depth + 2));
      }
    }
    return json;
  }

  /** Archived and expired content stays at home; a row that says nothing of it is shown. */
  private static boolean isShown(JsonNode content) {
    return content.path("status").asText("active").equals("active");
  }

  private ObjectNode item(JsonNode row, int place, int depth) {
    var contentId =
        row.path("contentId").isTextual() ? row.get("contentId") : row.at("/content/id");
    var json = NODES.objectNode();
    json.put("contentId", name(contentId, "the contentId of an item"));
    json.put("order", row.path("order").canConvertToInt() ? row.get("order").intValue() : place);
    json.set("duration", whole(row, "duration"));
    json.set(
        "content",
        row.path("content").isObject()
            ? content(row.get("content"), contentId.textValue(), depth + 1)
            : NODES.nullNode());
    return json;
  }

  private ObjectNode content(JsonNode row, String otherwiseId, int depth) {
    requireDepth(depth);
    var id = row.path("id").isTextual() ? name(row.get("id"), "a content's id") : otherwiseId;
    var json = NODES.objectNode();
    json.put("id", id);
    json.set("name", text(row, "name"));
    json.set("type", text(row, "type"));
    json.set("url", url(text(row, "url"), id));
    var thumbnail = text(row, "thumbnail");
    json.set("thumbnail", thumbnail.isNull() ? text(row, "thumbnailUrl") : thumbnail);
    json.set("mimeType", text(row, "mimeType"));
    json.set("duration", whole(row, "duration"));
    json.set("updatedAt", time(row, "updatedAt"));
    json.set(
        "metadata",
        row.path("metadata").isObject() ? foreign(row.get("metadata"), depth + 1) : nothing());
    return json;
  }

  private JsonNode url(JsonNode url, String contentId) {
    if (!url.asText().startsWith(STORED)) {
      return url;
    }
    require(
        apiBaseUrl.isPresent(),
        "a stored file needs API_BASE_URL, the address at which devices find it");
    var id = URLEncoder.encode(contentId, StandardCharsets.UTF_8).replace("+", "%20");
    return NODES.textNode("%s/api/v1/device-content/%s/file".formatted(apiBaseUrl.get(), id));
  }

  // ── metadata ──

  private JsonNode foreign(JsonNode json, int depth) {
    requireDepth(depth);
    return switch (json) {
      case ObjectNode object -> foreign(object, depth);
      case ArrayNode array -> {
        var copy = NODES.arrayNode(array.size());
        array.forEach(part -> copy.add(foreign(part, depth + 1)));
        yield copy;
      }
      default -> json;
    };
  }

  private ObjectNode foreign(ObjectNode object, int depth) {
    var copy = NODES.objectNode();
    boolean isSecretive = isSecretive(object);
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      var name = member.getKey();
      if (!isSecret(name) && !(isSecretive && name.equals("widgetConfig"))) {
        copy.set(name, member(name, member.getValue(), depth + 1));
      }
    }
    return copy;
  }

  /** Zones of a layout carry whole rows; they go through the same list. */
  private JsonNode member(String name, JsonNode value, int depth) {
    return switch (name) {
      case "resolvedPlaylist" -> value.isObject() ? playlist(value, depth) : nothing();
      case "resolvedContent" ->
          value.isObject() && isShown(value)
              ? content(value, name(value.path("id"), "a content's id"), depth)
              : nothing();
      default -> foreign(value, depth);
    };
  }

  /** The configuration of such a widget holds the address and the key of somebody's API. */
  private static boolean isSecretive(ObjectNode object) {
    return object.path("isWidget").asBoolean(false)
        && object.path("widgetType").asText().equals("generic-api");
  }

  private static boolean isSecret(String name) {
    return SECRETS.contains(name.replaceAll("[_\\- ]", "").toLowerCase(Locale.ROOT));
  }

  // ── values ──

  private static String name(JsonNode value, String what) {
    require(
        value.isTextual()
            && !value.textValue().isBlank()
            && value.textValue().length() <= NAME_CHARS_MAX,
        "%s is a text of 1 to %d characters".formatted(what, NAME_CHARS_MAX));
    return value.textValue();
  }

  private static JsonNode text(JsonNode row, String field) {
    return row.path(field).isTextual() ? row.get(field) : nothing();
  }

  private static JsonNode whole(JsonNode row, String field) {
    var value = row.path(field);
    return value.isNumber() && value.canConvertToInt()
        ? NODES.numberNode(value.intValue())
        : nothing();
  }

  private static JsonNode time(JsonNode row, String field) {
    try {
      return NODES.textNode(instant(Instant.parse(row.path(field).asText())));
    } catch (DateTimeException _) {
      return nothing(); // Rule 75: no time is better than an invented one.
    }
  }

  private static NullNode nothing() {
    return NODES.nullNode();
  }

  private static void requireDepth(int depth) {
    require(depth <= DEPTH_MAX, "a playlist is at most %d levels deep".formatted(DEPTH_MAX));
  }

  private static void require(boolean met, String otherwise) {
    if (!met) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
