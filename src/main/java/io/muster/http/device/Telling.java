package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Report;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a device tells of its screen, read tolerantly.
 *
 * @param report empty when it says too little to be of use
 * @param unknown fields of a name that nobody here knows
 * @param malformed fields of a wrong kind or out of range
 */
record Telling<T extends Report>(Optional<T> report, int unknown, int malformed) {
  private static final Set<String> IMPRESSION =
      Set.of("contentId", "playlistId", "duration", "completionPercentage", "timestamp");

  // "context" is whatever a client had at hand, without a bound: known, and not kept.
  private static final Set<String> CONTENT_ERROR =
      Set.of(
          "contentId",
          "playlistId",
          "errorType",
          "errorMessage",
          "errorCode",
          "context",
          "timestamp");

  /** Who speaks, and when it was heard. */
  record Speaker(DeviceId device, OrgId org, Instant now) {}

  /** A start has neither duration nor completion. One without content tells nothing. */
  static Telling<Impression> impression(JsonNode json, Speaker speaker) {
    var said = new Said(json, IMPRESSION);
    boolean isEnd = said.has("duration") || said.has("completionPercentage");
    var playlist = said.id("playlistId", Report.ID_CHARS_MAX);
    var seconds = said.whole("duration", Impression.SECONDS_MAX);
    var completion = said.whole("completionPercentage", 100);
    var at = said.time("timestamp");
    var report =
        said.id("contentId", Report.ID_CHARS_MAX)
            .map(
                content ->
                    new Impression(
                        speaker.device(),
                        speaker.org(),
                        isEnd ? Impression.Kind.END : Impression.Kind.START,
                        content,
                        playlist,
                        seconds,
                        completion,
                        at,
                        speaker.now()));
    return new Telling<>(report, said.unknown(), said.malformed());
  }

  /** Whatever failed, that it did is worth knowing: only what is no object tells nothing. */
  static Telling<ContentError> contentError(JsonNode json, Speaker speaker) {
    var said = new Said(json, CONTENT_ERROR);
    var error =
        new ContentError(
            speaker.device(),
            speaker.org(),
            said.prose("errorType", 64)
                .map(ContentError.Type::of)
                .orElse(ContentError.Type.UNKNOWN),
            said.id("contentId", Report.ID_CHARS_MAX).orElse(""),
            said.id("playlistId", Report.ID_CHARS_MAX),
            said.prose("errorMessage", ContentError.MESSAGE_CHARS_MAX),
            said.prose("errorCode", ContentError.CODE_CHARS_MAX),
            said.time("timestamp"),
            speaker.now());
    return new Telling<>(
        said.isObject() ? Optional.of(error) : Optional.empty(), said.unknown(), said.malformed());
  }
}
