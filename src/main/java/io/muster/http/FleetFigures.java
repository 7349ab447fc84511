package io.muster.http;

import io.muster.actors.OrgLabel;
import io.muster.actors.device.SeenDevices.Census;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What is worked out at the moment of a scrape, as Prometheus text: who is here, by the tables of
 * those who are here, and averages that are averages.
 */
public final class FleetFigures {
  private final Supplier<Census> census;
  private final IntSupplier dashboards;
  private final LoadFigures loads;
  private final OrgLabel.Cap labels;

  public FleetFigures(
      Supplier<Census> census, IntSupplier dashboards, LoadFigures loads, OrgLabel.Cap labels) {
    this.census = census;
    this.dashboards = dashboards;
    this.loads = loads;
    this.labels = labels;
  }

  /** Counts the fleet: not on an event loop. */
  public String text() {
    var now = census.get();
    var text = new Text();
    text.family("muster_devices_connected", "gauge", "Sockets of devices on this node.")
        .sample("", now.sockets());
    text.family("muster_dashboards_connected", "gauge", "Sockets of dashboards on this node.")
        .sample("", dashboards.getAsInt());
    text.family("muster_devices_online", "gauge", "Devices with a socket on this node.");
    byLabel(now).forEach((org, count) -> text.sample(label("organization", org), count));
    text.family(
            "muster_tokens_unrenewed",
            "gauge",
            "Devices online whose token can be renewed and that still use it.")
        .sample(label("stage", "due"), now.due())
        .sample(label("stage", "offered"), now.offered())
        .sample(label("stage", "expiring"), now.expiring());
    text.family("muster_fleet_cpu_percent", "gauge", "Mean of what the devices online said last.")
        .mean(now.cpu());
    text.family(
            "muster_fleet_memory_percent", "gauge", "Mean of what the devices online said last.")
        .mean(now.memory());
    text.family("muster_device_cpu_percent", "summary", "What heartbeats said, each counted.")
        .summary(loads.cpu());
    text.family("muster_device_memory_percent", "summary", "What heartbeats said, each counted.")
        .summary(loads.memory());
    return text.toString();
  }

  private Map<String, Integer> byLabel(Census now) {
    var counts = new TreeMap<String, Integer>();
    now.devices()
        .forEach((org, count) -> counts.merge(labels.of(org).toString(), count, Integer::sum));
    return counts;
  }

  /** Names and values are words of ours or of the form of an organisation: nothing to escape. */
  private static String label(String name, String value) {
    return "{%s=\"%s\"}".formatted(name, value);
  }

  private static final class Text {
    private final StringBuilder text = new StringBuilder();
    private String family = "";

    Text family(String name, String type, String help) {
      family = name;
      text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
      return this;
    }

    Text sample(String labels, long value) {
      text.append(family).append(labels).append(' ').append(value).append('\n');
      return this;
    }

    /** A mean of nothing is not told. */
    void mean(double value) {
      if (!Double.isNaN(value)) {
        line("", value);
      }
    }

    void summary(LoadFigures.Figure figure) {
      line("_sum", figure.sum());
      text.append(family).append("_count ").append(figure.count()).append('\n');
    }

    private void line(String suffix, double value) {
      text.append(family).append(suffix).append(String.format(Locale.ROOT, " %.3f\n", value));
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
