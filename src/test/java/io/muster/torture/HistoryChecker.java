package io.muster.torture;

import io.muster.torture.Fact.Alert;
import io.muster.torture.Fact.Asked;
import io.muster.torture.Fact.BeganAnew;
import io.muster.torture.Fact.Came;
import io.muster.torture.Fact.Did;
import io.muster.torture.Fact.Heard;
import io.muster.torture.Fact.Kept;
import io.muster.torture.Fact.Left;
import io.muster.torture.Fact.Published;
import io.muster.torture.Fact.Read;
import io.muster.torture.Fact.SentAway;
import io.muster.torture.Fact.Settled;
import io.muster.torture.Fact.Shown;
import io.muster.torture.Fact.Stopped;
import io.muster.torture.Fact.Trouble;
import io.muster.torture.Fact.Truth;
import io.muster.torture.Fact.Vanished;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whether a history is one that Muster may have. Says what is wrong with evidence, and nothing of
 * what cannot be known from outside.
 */
final class HistoryChecker {

  /**
   * @param grace away for so long: people are told
   * @param detection until a connection that fell silent is noticed
   * @param slack between what happens inside and when it is seen outside, on a busy machine
   */
  record Rules(Duration grace, Duration detection, Duration slack) {}

  /** One connection of a device as the device saw it. */
  private record Stay(String node, long from, long to) {
    boolean covers(long start, long end) {
      return from <= start && end <= to;
    }
  }

  private static final Set<String> TERMINAL =
      Set.of("acknowledged", "failed", "unsupported", "expired", "superseded", "cancelled");

  private static final long STOP_MAX = 30_000;

  private final Rules rules;
  private final List<Fact> history;
  private final Map<String, List<Stay>> stays;
  private final List<Trouble> troubles;
  private final Map<String, Long> vanished;
  private final List<String> violations = new ArrayList<>();

  private HistoryChecker(Rules rules, List<Fact> history) {
    this.rules = rules;
    this.history = history;
    this.stays = stays();
    this.troubles = of(Trouble.class);
    this.vanished =
        of(Vanished.class).stream().collect(Collectors.toMap(Vanished::device, Vanished::at));
  }

  /** Empty for a history without fault. */
  static List<String> check(Rules rules, List<Fact> history) {
    var checker = new HistoryChecker(rules, history);
    checker.commands();
    checker.order();
    checker.epochs();
    checker.statuses();
    checker.alerts();
    checker.dashboards();
    checker.endings();
    checker.rooms();
    return List.copyOf(checker.violations);
  }

  // ── rooms ──

  private void rooms() {
    var kept = grouped(of(Kept.class), Kept::room);
    kept.forEach(
        (room, all) -> {
          var numbers = new HashSet<Long>();
          String last = "";
          for (Kept one : all) {
            if (one.id().compareTo(last) <= 0) {
              wrong("out of order: %s is kept behind %s", one, last);
            }
            if (!numbers.add(one.number())) {
              wrong("twice: %s was published once and is kept again", one);
            }
            last = one.id();
          }
        });
    for (Published one : of(Published.class)) {
      var same = new Kept(one.room(), one.number(), one.id());
      if (!kept.getOrDefault(one.room(), List.of()).contains(same)) {
        wrong("lost: %s was acknowledged and is not kept", one);
      }
    }
    var anew = of(BeganAnew.class).stream().map(BeganAnew::guest).collect(Collectors.toSet());
    grouped(of(Heard.class), Heard::guest)
        .forEach(
            (guest, heard) -> {
              var told = heard.stream().map(Heard::id).toList();
              if (!told.equals(told.stream().sorted().distinct().toList())) {
                wrong("out of order or twice: %s was told %s", guest, told);
              }
              if (!anew.contains(guest)) {
                holes(guest, told, kept.getOrDefault(heard.getFirst().room(), List.of()));
              }
            });
  }

  private void holes(String guest, List<String> told, List<Kept> kept) {
    var due = kept.stream().map(Kept::id).filter(id -> id.compareTo(told.getFirst()) >= 0).toList();
    var missing = new ArrayList<>(due);
    missing.removeAll(Set.copyOf(told));
    if (!missing.isEmpty()) {
      wrong("a hole: %s was never told %s", guest, missing);
    }
  }

  // ── commands ──

  private void commands() {
    var states =
        of(Settled.class).stream().collect(Collectors.toMap(Settled::command, Settled::state));
    var done = grouped(of(Did.class), Did::command);
    for (Asked asked : of(Asked.class)) {
      asked
          .command()
          .ifPresent(
              command -> {
                var state = states.getOrDefault(command, "unknown");
                int times = done.getOrDefault(command, List.of()).size();
                if (!TERMINAL.contains(state) && !vanished.containsKey(asked.device())) {
                  wrong("lost: %s was accepted and is %s in the end", asked, state);
                }
                if (state.equals("acknowledged") && times == 0) {
                  wrong("invented: %s is acknowledged and was not done", asked);
                }
                if (times > 1) {
                  wrong("twice: %s was done %d times", asked, times);
                }
              });
    }
    var accepted =
        of(Asked.class).stream().flatMap(a -> a.command().stream()).collect(Collectors.toSet());
    long unanswered = of(Asked.class).stream().filter(a -> !a.isCertain()).count();
    long stray = done.keySet().stream().filter(command -> !accepted.contains(command)).count();
    if (stray > unanswered) {
      wrong("refused and done: %d commands nobody got, %d without an answer", stray, unanswered);
    }
  }

  /** What one operator asked one after the other is done in that order. */
  private void order() {
    var at = of(Did.class).stream().collect(Collectors.toMap(Did::command, Did::at, Math::min));
    grouped(of(Asked.class), asked -> asked.operator() + " " + asked.device())
        .values()
        .forEach(
            all -> {
              var last = new long[] {0};
              all.stream()
                  .sorted(Comparator.comparingLong(Asked::turn))
                  .filter(asked -> asked.command().filter(at::containsKey).isPresent())
                  .forEach(
                      asked -> {
                        long when = at.get(asked.command().get());
                        if (when < last[0]) {
                          wrong("out of order: %s was done before one asked earlier", asked);
                        }
                        last[0] = Math.max(last[0], when);
                      });
            });
  }

  // ── owners ──

  /** Each connection that was let in has an epoch of its own, and no reader sees one go back. */
  private void epochs() {
    var reads = grouped(of(Read.class), Read::device);
    reads.forEach(
        (device, all) -> {
          var came = of(Came.class).stream().filter(c -> c.device().equals(device)).toList();
          for (Read read : all) {
            long before = came.stream().filter(c -> c.at() < read.from()).count();
            if (read.epoch() < before) {
              wrong("two owners: %s after %d connections", read, before);
            }
          }
          var byEnd = all.stream().sorted(Comparator.comparingLong(Read::to)).toList();
          var byStart = all.stream().sorted(Comparator.comparingLong(Read::from)).toList();
          int next = 0;
          Read highest = null;
          for (Read read : byStart) {
            while (next < byEnd.size() && byEnd.get(next).to() < read.from()) {
              var earlier = byEnd.get(next++);
              if (highest == null || isNewer(earlier, highest)) {
                highest = earlier;
              }
            }
            if (highest != null && isNewer(highest, read)) {
              wrong("back in time: %s after %s", read, highest);
            }
          }
        });
  }

  private static boolean isNewer(Read one, Read other) {
    return one.epoch() != other.epoch() ? one.epoch() > other.epoch() : one.seq() > other.seq();
  }

  /** Who was connected all the time, to a node that was well, is online to everybody. */
  private void statuses() {
    for (Read read : of(Read.class)) {
      boolean isThere =
          stays.getOrDefault(read.device(), List.of()).stream()
              .anyMatch(
                  stay ->
                      stay.covers(read.from() - slack(), read.to() + slack())
                          && isWell(stay.node(), read.from() - settling(), read.to() + slack()));
      if (isThere && !read.status().equals("online")) {
        wrong("not online: %s while it was connected to %s", read, stays.get(read.device()));
      }
    }
  }

  // ── alerts ──

  private void alerts() {
    var alerts = grouped(of(Alert.class), Alert::device);
    alerts
        .values()
        .forEach(
            all ->
                all.forEach(
                    alert -> {
                      long end = alert.at() - slack();
                      long start = alert.at() - rules.grace().toMillis() + slack();
                      boolean wasThere =
                          stays.getOrDefault(alert.device(), List.of()).stream()
                              .anyMatch(
                                  stay ->
                                      stay.from() < end
                                          && stay.to() > start
                                          && isWell(
                                              stay.node(),
                                              Math.max(stay.from(), start) - settling(),
                                              Math.min(stay.to(), end) + slack()));
                      if (wasThere) {
                        wrong("false alert: %s, and it was there within its grace", alert);
                      }
                    }));
    vanished.forEach(
        (device, at) -> {
          long latest =
              at + rules.grace().plus(rules.detection()).plus(rules.slack()).toMillis() + lost(at);
          if (alerts.getOrDefault(device, List.of()).stream()
              .noneMatch(alert -> alert.at() >= at && alert.at() <= latest)) {
            wrong("no alert: %s vanished at %d, alerts %s", device, at, alerts.get(device));
          }
        });
  }

  /** Time in which nodes were in trouble does not count against them. */
  private long lost(long since) {
    return troubles.stream().filter(t -> t.to() > since).mapToLong(t -> t.to() - t.from()).sum();
  }

  // ── dashboards ──

  private void dashboards() {
    var truths = of(Truth.class).stream().collect(Collectors.toMap(Truth::device, t -> t));
    vanished
        .keySet()
        .forEach(
            device -> {
              var truth = truths.get(device);
              if (truth != null && truth.status().equals("online")) {
                wrong("a ghost: %s has vanished", truth);
              }
            });
    for (var entry : grouped(of(Shown.class), Shown::dashboard).entrySet()) {
      var shown = entry.getValue().stream().collect(Collectors.toMap(Shown::device, s -> s));
      truths.forEach(
          (device, truth) -> {
            var one = shown.get(device);
            if (one == null) {
              wrong("not shown: %s at %s", truth, entry.getKey());
            } else if (one.epoch() != truth.epoch() || !one.status().equals(truth.status())) {
              wrong("stale: %s, and the truth is %s", one, truth);
            }
          });
    }
  }

  // ── endings ──

  private void endings() {
    of(SentAway.class).forEach(away -> wrong("sent away for good: %s", away));
    of(Stopped.class).stream()
        .filter(s -> s.status() != 0 || s.to() - s.from() > STOP_MAX)
        .forEach(s -> wrong("stopped badly: %s", s));
  }

  // ── what is known from outside ──

  private Map<String, List<Stay>> stays() {
    var open = new HashMap<String, Came>();
    var all = new HashMap<String, List<Stay>>();
    history.stream()
        .filter(fact -> fact instanceof Came || fact instanceof Left)
        .sorted(Comparator.comparingLong(HistoryChecker::at))
        .forEach(
            fact -> {
              switch (fact) {
                case Came came -> open.put(came.device(), came);
                case Left left -> {
                  var came = open.remove(left.device());
                  if (came != null) {
                    all.computeIfAbsent(left.device(), _ -> new ArrayList<>())
                        .add(new Stay(came.node(), came.at(), left.at()));
                  }
                }
                default -> throw new IllegalStateException();
              }
            });
    open.forEach(
        (device, came) ->
            all.computeIfAbsent(device, _ -> new ArrayList<>())
                .add(new Stay(came.node(), came.at(), Long.MAX_VALUE)));
    return all;
  }

  private static long at(Fact fact) {
    return switch (fact) {
      case Came came -> came.at();
      case Left left -> left.at();
      default -> 0;
    };
  }

  private boolean isWell(String node, long from, long to) {
    return troubles.stream()
        .noneMatch(t -> t.node().equals(node) && t.from() < to && t.to() > from);
  }

  private long slack() {
    return rules.slack().toMillis();
  }

  /** A node that was in trouble until then may not have noticed all of it. */
  private long settling() {
    return rules.detection().toMillis();
  }

  private <F extends Fact> List<F> of(Class<F> kind) {
    return history.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static <F, K> Map<K, List<F>> grouped(List<F> facts, Function<F, K> by) {
    return facts.stream().collect(Collectors.groupingBy(by));
  }

  static boolean isTerminal(String state) {
    return TERMINAL.contains(state);
  }

  private void wrong(String what, Object... evidence) {
    violations.add(what.formatted(evidence));
  }
}
