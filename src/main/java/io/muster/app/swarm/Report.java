package io.muster.app.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What a run came to, for people and for programs. Times are milliseconds, counted from when
 * something was due.
 */
final class Report {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

  private Report() {}

  static String line(Tally now, double heartbeatsPerSecond) {
    return String.format(
        Locale.ROOT,
        "%4ds  connected %,d  connecting %,d  dead %,d  heartbeats %,.0f/s  acks %,d"
            + "  p99 %.1f ms  commands %,d  errors %,d",
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - now.started),
        now.connected,
        now.connecting,
        now.dead,
        heartbeatsPerSecond,
        now.acks,
        millis(now.ack, 99),
        now.commands,
        now.errors());
  }

  static String text(Tally tally, ObjectNode extra) {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            """
            connected %,d  dead %,d  connects %,d  reconnects %,d  connect failures %,d  lost %,d  flapped %,d  half-open %,d
            heartbeats %,d  acks %,d  refused %,d  late %,d  not sent %,d  commands %,d  other events %,d
            """,
            tally.connected,
            tally.dead,
            tally.connects,
            tally.reconnects,
            tally.failures,
            tally.losses,
            tally.flaps,
            tally.silences,
            tally.heartbeats,
            tally.acks,
            tally.refusals,
            tally.late,
            tally.skipped,
            tally.commands,
            tally.events));
    row(text, "connectMillis", percentiles(tally.connect));
    row(text, "ackMillis", percentiles(tally.ack));
    extra.properties().forEach(figure -> row(text, figure.getKey(), figure.getValue()));
    tally.reasons.forEach((reason, count) -> text.append("  %,d x %s%n".formatted(count, reason)));
    return text.toString();
  }

  private static void row(StringBuilder text, String name, JsonNode value) {
    text.append(String.format(Locale.ROOT, "%-36s", name));
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              figure ->
                  text.append(figure.getKey()).append(' ').append(figure.getValue()).append("  "));
    } else {
      text.append(value);
    }
    text.append('\n');
  }

  static ObjectNode json(Tally tally) {
    var json = Json.MAPPER.createObjectNode();
    json.put("connected", tally.connected);
    json.put("dead", tally.dead);
    json.put("connects", tally.connects);
    json.put("reconnects", tally.reconnects);
    json.put("connectFailures", tally.failures);
    json.put("lost", tally.losses);
    json.put("flapped", tally.flaps);
    json.put("halfOpen", tally.silences);
    json.put("heartbeats", tally.heartbeats);
    json.put("acks", tally.acks);
    json.put("refused", tally.refusals);
    json.put("late", tally.late);
    json.put("notSent", tally.skipped);
    json.put("commands", tally.commands);
    json.put("otherEvents", tally.events);
    json.set("connectMillis", percentiles(tally.connect));
    json.set("ackMillis", percentiles(tally.ack));
    json.set("reasons", Json.MAPPER.valueToTree(tally.reasons));
    return json;
  }

  static ObjectNode percentiles(Histogram times) {
    var json = Json.MAPPER.createObjectNode();
    json.put("count", times.getTotalCount());
    for (double percentile : PERCENTILES) {
      var name = percentile == 100 ? "max" : "p" + String.valueOf(percentile).replace(".0", "");
      json.put(name, millis(times, percentile));
    }
    return json;
  }

  static double millis(Histogram times, double percentile) {
    return times.getValueAtPercentile(percentile) / 1000.0;
  }
}
