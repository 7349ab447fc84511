package io.muster.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names under which dashboards of existing fleets look for some of our figures. Names that can
 * only be told for each device are not here, and never will be.
 */
public final class FormerNames {
  private static final String EVENTS = "muster_device_events_total";

  // formatter:off
  private static final List<Row> ROWS =
      List.of(
          Row.of("ws_connections_total",          "counter", "muster_device_connects_total").saying("status=\"connected\""),
          Row.of("ws_connections_total",          "counter", "muster_device_disconnects_total").saying("status=\"disconnected\""),
          Row.of("ws_connections_active",         "gauge",   "muster_devices_online").calling("organization", "organization_id"),
          Row.of("ws_messages_total",             "counter", EVENTS).calling("event", "type"),
          Row.of("heartbeat_total",               "counter", EVENTS).only("event=\"heartbeat\"").saying("success=\"true\""),
          Row.of("content_impressions_total",     "counter", EVENTS).only("event=\"content_impression\"").saying(""),
          Row.of("content_errors_total",          "counter", "muster_content_errors_total"),
          Row.of("device_cpu_usage",              "gauge",   "muster_fleet_cpu_percent"),
          Row.of("device_memory_usage",           "gauge",   "muster_fleet_memory_percent"),
          Row.of("http_requests_total",           "counter", "muster_http_request_seconds_count").calling("surface", "path"),
          // Without the buckets, which would double the text.
          Row.of("http_request_duration_seconds", "summary", "muster_http_request_seconds_sum").ending("_sum").calling("surface", "path"),
          Row.of("http_request_duration_seconds", "summary", "muster_http_request_seconds_count").ending("_count").calling("surface", "path"),
          Row.of("redis_operations_total",        "counter", "muster_redis_use_seconds_count").calling("use", "operation"),
          Row.of("redis_operation_duration_seconds", "summary", "muster_redis_use_seconds_sum").ending("_sum").calling("use", "operation"),
          Row.of("redis_operation_duration_seconds", "summary", "muster_redis_use_seconds_count").ending("_count").calling("use", "operation"));
  // formatter:on

  private FormerNames() {}

  /**
   * The same figures once more, under the former names.
   *
   * @param text what is scraped of ours
   */
  public static String of(String text) {
    var samples = samples(text);
    var former = new StringBuilder();
    var last = "";
    for (Row row : ROWS) {
      var lines = samples.getOrDefault(row.ours, List.of()).stream().filter(row::takes).toList();
      if (!lines.isEmpty() && !row.theirs.equals(last)) {
        former.append("# TYPE %s %s\n".formatted(row.theirs, row.type));
        last = row.theirs;
      }
      lines.forEach(line -> former.append(row.told(line)).append('\n'));
    }
    return former.toString();
  }

  private static Map<String, List<String>> samples(String text) {
    var samples = new LinkedHashMap<String, List<String>>();
    ROWS.forEach(row -> samples.put(row.ours, new ArrayList<>()));
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> samples.computeIfPresent(name(line), (_, lines) -> with(lines, line)));
    return samples;
  }

  private static List<String> with(List<String> lines, String line) {
    lines.add(line);
    return lines;
  }

  private static String name(String line) {
    return line.split("[{ ]", 2)[0];
  }

  /**
   * @param ending of the sample, beside the name of its family
   * @param only a label that the sample has
   * @param rename from one label to another, or neither
   * @param said labels in place of ours; ours stay when it is not said
   */
  private record Row(
      String theirs,
      String type,
      String ours,
      String ending,
      String only,
      List<String> rename,
      List<String> said) {

    static Row of(String theirs, String type, String ours) {
      return new Row(theirs, type, ours, "", "", List.of(), List.of());
    }

    Row ending(String with) {
      return new Row(theirs, type, ours, with, only, rename, said);
    }

    Row only(String label) {
      return new Row(theirs, type, ours, ending, label, rename, said);
    }

    Row calling(String label, String other) {
      return new Row(theirs, type, ours, ending, only, List.of(label, other), said);
    }

    Row saying(String labels) {
      return new Row(theirs, type, ours, ending, only, rename, List.of(labels));
    }

    boolean takes(String line) {
      return line.contains(only);
    }

    String told(String line) {
      int values = line.lastIndexOf(' ');
      return theirs
          + ending
          + labels(line.substring(ours.length(), values))
          + line.substring(values);
    }

    private String labels(String braced) {
      if (!said.isEmpty()) {
        return said.getFirst().isEmpty() ? "" : "{" + said.getFirst() + "}";
      }
      return rename.isEmpty()
          ? braced
          : braced.replace(rename.getFirst() + "=\"", rename.getLast() + "=\"");
    }
  }
}
