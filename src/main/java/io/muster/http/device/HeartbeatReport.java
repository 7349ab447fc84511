package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.Load;
import io.muster.actors.Showing;
import java.util.Optional;
import java.util.Set;

/**
 * What a heartbeat says. Read tolerantly: a field that is missing or of the wrong kind is as if it
 * had not been sent, for a screen must not look dead because of one bad number.
 *
 * <p>Known and not used, each for its reason:
 *
 * <ul>
 *   <li>{@code timestamp}: the device's clock; when it was heard is what counts.
 *   <li>{@code status}: always {@code online}; its connection tells better.
 *   <li>{@code uptime}, {@code metrics.uptime}: clients disagree on the unit, and it would be a new
 *       value in every heartbeat; how long a device is online its status tells.
 *   <li>{@code metrics.storageUsed}: always 0 in the one client that sends it.
 *   <li>{@code currentContent.playbackPosition}, {@code currentContent.status}: other in every
 *       heartbeat, and of use only at the moment.
 * </ul>
 *
 * @param contentVersion what the device has applied; the empty text counts as reported: it knows
 *     versions and has applied nothing yet
 * @param unknown fields of a name that nobody here knows
 * @param malformed fields of a wrong kind or out of range
 */
record HeartbeatReport(
    Optional<String> appVersion,
    Optional<String> contentVersion,
    Load load,
    Showing showing,
    int unknown,
    int malformed) {
  private static final int VERSION_CHARS_MAX = 64;
  private static final int WORD_CHARS_MAX = 32;
  private static final int ID_CHARS_MAX = 128;

  private static final Set<String> FIELDS =
      Set.of(
          "metrics",
          "currentContent",
          "uptime",
          "appVersion",
          "screenState",
          "playbackSource",
          "contentVersion",
          "status",
          "timestamp");
  private static final Set<String> METRICS =
      Set.of(
          "cpuUsage",
          "memoryUsage",
          "diskUsage",
          "networkLatency",
          "temperature",
          "storageUsed",
          "uptime");
  private static final Set<String> CONTENT =
      Set.of("contentId", "playlistId", "playbackPosition", "status");

  static HeartbeatReport of(JsonNode json) {
    var said = new Said(json, FIELDS);
    var metrics = said.part("metrics", METRICS);
    var load = load(metrics);
    // One client sends the id alone.
    boolean isBare = said.field("currentContent").filter(JsonNode::isTextual).isPresent();
    var content = isBare ? Said.nothing(CONTENT) : said.part("currentContent", CONTENT);
    var version = said.word("contentVersion", VERSION_CHARS_MAX);
    var showing =
        new Showing(
            isBare
                ? said.id("currentContent", ID_CHARS_MAX)
                : content.id("contentId", ID_CHARS_MAX),
            content.id("playlistId", ID_CHARS_MAX),
            word(said, "screenState"),
            word(said, "playbackSource"),
            version);
    var appVersion = said.word("appVersion", VERSION_CHARS_MAX).filter(v -> !v.isBlank());
    return new HeartbeatReport(
        appVersion,
        version,
        load,
        showing,
        said.unknown() + metrics.unknown() + content.unknown(),
        said.malformed() + metrics.malformed() + content.malformed());
  }

  private static Optional<String> word(Said said, String name) {
    return said.word(name, WORD_CHARS_MAX).filter(word -> !word.isBlank());
  }

  private static Load load(Said metrics) {
    return new Load(
        metrics.number("cpuUsage", 0, 100),
        metrics.number("memoryUsage", 0, 100),
        metrics.number("diskUsage", 0, Double.MAX_VALUE),
        metrics.number("temperature", -273.15, 1_000),
        metrics.number("networkLatency", 0, Double.MAX_VALUE));
  }
}
