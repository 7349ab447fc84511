package io.muster.app.swarm;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Everything that is counted. Confined to the event loop; others take a {@link #copy}. */
final class Tally {
  private static final long LONGEST = TimeUnit.MINUTES.toMicros(10);
  // A reason that holds an id must not fill the memory.
  private static final int REASONS = 20;

  long started = System.nanoTime();
  int connected;
  int connecting;
  int dead;
  long connects;
  long reconnects;
  long failures;
  long losses;
  long flaps;
  long silences;
  long heartbeats;
  long acks;
  long refusals;
  long late;
  long skipped;
  long commands;
  long events;

  /** From the time a connect was due to the CONNECT reply, in microseconds. */
  final Histogram connect = times();

  /** From the time a heartbeat was due to its ack, in microseconds. */
  final Histogram ack = times();

  final Map<String, Long> reasons = new TreeMap<>();

  static Histogram times() {
    return new Histogram(LONGEST, 3);
  }

  static long micros(long nanos) {
    return Math.clamp(TimeUnit.NANOSECONDS.toMicros(nanos), 0, LONGEST);
  }

  void joined(long afterNanos) {
    connects++;
    connect.recordValue(micros(afterNanos));
  }

  void acknowledged(long afterNanos, boolean accepted) {
    if (accepted) {
      acks++;
      ack.recordValue(micros(afterNanos));
    } else {
      refusals++;
    }
  }

  /** An ack that had not come when its place was needed: slower than what is recorded. */
  void overdue(long sinceNanos) {
    late++;
    ack.recordValue(micros(sinceNanos));
  }

  void because(String reason) {
    var key = reasons.size() < REASONS || reasons.containsKey(reason) ? reason : "other";
    reasons.merge(key, 1L, Long::sum);
  }

  /** Errors that a healthy gateway does not cause. */
  long errors() {
    return failures + losses + refusals + late + skipped;
  }

  /** Begins the heartbeats anew: what went before was warm-up. Connections keep their history. */
  void warm() {
    started = System.nanoTime();
    heartbeats = acks = refusals = late = skipped = 0;
    ack.reset();
  }

  Tally copy() {
    var copy = new Tally();
    copy.started = started;
    copy.connected = connected;
    copy.connecting = connecting;
    copy.dead = dead;
    copy.connects = connects;
    copy.reconnects = reconnects;
    copy.failures = failures;
    copy.losses = losses;
    copy.flaps = flaps;
    copy.silences = silences;
    copy.heartbeats = heartbeats;
    copy.acks = acks;
    copy.refusals = refusals;
    copy.late = late;
    copy.skipped = skipped;
    copy.commands = commands;
    copy.events = events;
    copy.connect.add(connect);
    copy.ack.add(ack);
    copy.reasons.putAll(reasons);
    return copy;
  }
}
