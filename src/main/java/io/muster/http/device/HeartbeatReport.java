package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.Load;
import java.util.Optional;

/**
 * What a heartbeat says that we use. Read tolerantly: a field that is missing, unknown or of the
 * wrong kind is as if it had not been sent, for a screen must not look dead because of one bad
 * number.
 *
 * @param contentVersion what it shows; the empty text is that it shows nothing
 */
record HeartbeatReport(Optional<String> appVersion, Load load, Optional<String> contentVersion) {
  private static final int VERSION_CHARS_MAX = 64;

  static HeartbeatReport of(JsonNode said) {
    var version = said.path("appVersion").asText("");
    var metrics = said.path("metrics");
    return new HeartbeatReport(
        version.isEmpty() || version.length() > VERSION_CHARS_MAX
            ? Optional.empty()
            : Optional.of(version),
        load(percent(metrics.path("cpuUsage")), percent(metrics.path("memoryUsage"))),
        Optional.ofNullable(said.path("contentVersion").textValue())
            .filter(text -> text.length() <= VERSION_CHARS_MAX));
  }

  private static Load load(double cpu, double memory) {
    return Double.isNaN(cpu) && Double.isNaN(memory) ? Load.UNKNOWN : new Load(cpu, memory);
  }

  private static double percent(JsonNode number) {
    double value = number.isNumber() ? number.doubleValue() : Double.NaN;
    return value >= 0 && value <= 100 ? value : Double.NaN;
  }
}
