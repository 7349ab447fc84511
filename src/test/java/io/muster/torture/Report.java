package io.muster.torture;

import io.muster.torture.Fact.Alert;
import io.muster.torture.Fact.Asked;
import io.muster.torture.Fact.BeganAnew;
import io.muster.torture.Fact.Came;
import io.muster.torture.Fact.Did;
import io.muster.torture.Fact.Heard;
import io.muster.torture.Fact.Left;
import io.muster.torture.Fact.Published;
import io.muster.torture.Fact.Read;
import io.muster.torture.Fact.Stopped;
import io.muster.torture.Fact.Vanished;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;

/** What a run was, as a page for people. */
record Report(String text, List<String> violations) {

  static Report of(
      Torture.Plan plan,
      List<String> befell,
      History history,
      long deliveries,
      List<String> violations) {
    var lines = new ArrayList<String>();
    lines.add("| | |");
    lines.add("|---|---|");
    lines.add(row("seed", plan.seed()));
    lines.add(row("devices", plan.devices()));
    lines.add(row("faults", befell.size()));
    lines.add(row("connections", history.of(Came.class).size()));
    lines.add(row("away, ms", spread(away(history))));
    lines.add(row("commands accepted", accepted(history)));
    lines.add(
        row(
            "commands without a certain answer",
            history.of(Asked.class).stream().filter(a -> !a.isCertain()).count()));
    lines.add(row("commands done", history.of(Did.class).size()));
    lines.add(row("deliveries, repeated ones included", deliveries));
    lines.add(row("answered after, ms", spread(answered(history))));
    lines.add(row("done after the answer, ms", spread(done(history))));
    lines.add(row("reads", history.of(Read.class).size()));
    lines.add(
        row(
            "devices that vanished, and alerts",
            history.of(Vanished.class).size() + ", " + history.of(Alert.class).size()));
    lines.add(
        row(
            "stops, ms",
            spread(history.of(Stopped.class).stream().map(s -> s.to() - s.from()).toList())));
    lines.add(
        row(
            "events of rooms acknowledged, and told to guests",
            history.of(Published.class).size() + ", " + history.of(Heard.class).size()));
    lines.add(row("guests that had to begin anew", history.of(BeganAnew.class).size()));
    lines.add(row("violations", violations.size()));
    lines.add("");
    lines.add("Faults, and how long until all was well again:");
    lines.add("");
    befell.forEach(line -> lines.add("- " + line));
    if (!violations.isEmpty()) {
      lines.add("");
      lines.add("Violations:");
      lines.add("");
      violations.forEach(line -> lines.add("- " + line));
    }
    return new Report(String.join("\n", lines) + "\n", violations);
  }

  private static String row(String name, Object value) {
    return "| %s | %s |".formatted(name, value);
  }

  private static long accepted(History history) {
    return history.of(Asked.class).stream().filter(a -> a.command().isPresent()).count();
  }

  /** From the end of a connection to the next of the device. */
  private static List<Long> away(History history) {
    var left = new HashMap<String, Long>();
    var times = new ArrayList<Long>();
    for (Fact fact : history.all()) {
      switch (fact) {
        case Left l -> left.put(l.device(), l.at());
        case Came c -> {
          var since = left.remove(c.device());
          if (since != null) {
            times.add(c.at() - since);
          }
        }
        default -> {}
      }
    }
    return times;
  }

  private static List<Long> answered(History history) {
    return history.of(Asked.class).stream().map(a -> a.to() - a.from()).toList();
  }

  private static List<Long> done(History history) {
    var at =
        history.of(Did.class).stream().collect(Collectors.toMap(Did::command, Did::at, Math::min));
    return history.of(Asked.class).stream()
        .filter(a -> a.command().filter(at::containsKey).isPresent())
        .map(a -> Math.max(0, at.get(a.command().get()) - a.to()))
        .toList();
  }

  private static String spread(List<Long> times) {
    if (times.isEmpty()) {
      return "none";
    }
    var sorted = times.stream().sorted(Comparator.naturalOrder()).toList();
    return "median %d, 99 %% %d, worst %d"
        .formatted(at(sorted, 0.5), at(sorted, 0.99), sorted.getLast());
  }

  private static long at(List<Long> sorted, double part) {
    return sorted.get((int) Math.min(sorted.size() - 1, (long) (part * sorted.size())));
  }
}
