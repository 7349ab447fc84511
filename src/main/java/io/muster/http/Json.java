package io.muster.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceView;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.Load;
import io.muster.actors.Showing;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.function.Function;

/** What devices and commands look like as JSON, on HTTP and on plain sockets alike. */
public final class Json {
  // Deeper or longer than any honest client writes; a parser must not be a way to use up the node.
  private static final StreamReadConstraints BOUNDS =
      StreamReadConstraints.builder().maxNestingDepth(100).maxNumberLength(100).build();

  static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(BOUNDS)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  // Always milliseconds: clients compare such texts as texts.
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private Json() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  public static <T> ArrayNode array(Collection<T> items, Function<T, JsonNode> write) {
    var array = array();
    items.forEach(item -> array.add(write.apply(item)));
    return array;
  }

  /** ISO-8601 UTC with milliseconds, 24 characters. */
  public static String instant(Instant at) {
    return INSTANT.format(at);
  }

  /**
   * @throws IllegalArgumentException for what is not exactly one JSON value within bounds
   */
  public static JsonNode parse(String text) {
    try {
      var node = MAPPER.readTree(text);
      if (node == null || node.isMissingNode()) {
        throw new IllegalArgumentException("expected JSON, got nothing");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("this is not JSON: " + e.getOriginalMessage());
    }
  }

  public static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ── what people see ──

  public static ObjectNode device(DeviceView device) {
    var json =
        object()
            .put("id", device.id().value())
            .put("organizationId", device.org().value())
            .put("name", device.name());
    var tags = json.putArray("tags");
    device.tags().forEach(tags::add);
    json.put("status", device.presence().word()).put("statusSince", instant(device.since()));
    hints(json, device.hints());
    json.put("disabled", device.disabled());
    if (device.retired()) {
      json.put("retired", true);
    }
    return json.put("pendingCommands", device.hints().pendingCommands())
        .put("epoch", device.epoch())
        .put("seq", device.seq());
  }

  public static ObjectNode sample(Seen seen) {
    var json = object().put("id", seen.id().value());
    hints(json, seen.hints());
    return json.put("pendingCommands", seen.hints().pendingCommands());
  }

  private static void hints(ObjectNode json, DeviceView.Hints hints) {
    hints.lastSeen().ifPresent(at -> json.put("lastSeen", instant(at)));
    hints.appVersion().ifPresent(version -> json.put("appVersion", version));
    if (!hints.load().isUnknown()) {
      load(json.putObject("load"), hints.load());
    }
    hints.showing().ifPresent(showing -> showing(json.putObject("showing"), showing));
  }

  private static void load(ObjectNode json, Load load) {
    load.cpuPercent().ifPresent(cpu -> json.put("cpu", cpu));
    load.memoryPercent().ifPresent(memory -> json.put("memory", memory));
    load.diskUsage().ifPresent(disk -> json.put("disk", disk));
    load.celsius().ifPresent(degrees -> json.put("temperature", degrees));
    load.latencyMillis().ifPresent(millis -> json.put("latency", millis));
  }

  private static void showing(ObjectNode json, Showing showing) {
    showing.contentId().ifPresent(id -> json.put("contentId", id));
    showing.playlistId().ifPresent(id -> json.put("playlistId", id));
    showing.screenState().ifPresent(state -> json.put("screenState", state));
    showing.playbackSource().ifPresent(source -> json.put("playbackSource", source));
    showing.contentVersion().ifPresent(version -> json.put("contentVersion", version));
  }

  public static ObjectNode command(CommandView command) {
    var json =
        object()
            .put("id", command.id().value())
            .put("deviceId", command.device().value())
            .put("type", command.type());
    command.payload().ifPresent(payload -> json.set("payload", parse(payload)));
    json.put("state", command.state().word())
        .put("expiresAt", instant(command.expiresAt()))
        .put("requestedBy", command.requestedBy())
        .set("timeline", array(command.timeline(), Json::step));
    return json;
  }

  private static JsonNode step(CommandView.Step step) {
    var json = object().put("state", step.state().word()).put("at", instant(step.at()));
    step.epoch().ifPresent(epoch -> json.put("epoch", epoch));
    step.attempt().ifPresent(attempt -> json.put("attempt", attempt));
    step.reason().ifPresent(reason -> json.put("reason", reason));
    step.evidence().ifPresent(evidence -> json.put("evidence", evidence));
    return json;
  }
}
