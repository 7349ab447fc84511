package io.muster.app.swarm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What is seen of a fleet that was lost and comes back: how many are back when, what those feel who
 * never left, and whether those with an urgent command are the first. Confined to the swarm's loop.
 */
final class Storm {
  private static final double[] SHARES = {50, 90, 99, 100};

  private final int lost;
  private final long start = System.nanoTime();
  private final List<Moment> curve = new ArrayList<>();

  /** From the loss to the CONNECT reply. */
  private final Histogram back = Tally.times();

  private final Histogram urgentBack = Tally.times();

  /** From when a heartbeat was due to its ack, of those who stayed. */
  private final Histogram bystanders = Tally.times();

  private long turnedAway;
  private long attempts;
  private long since;
  private long urgent;

  /**
   * @param worst of the bystanders' acks since the moment before, in ms
   */
  private record Moment(
      double seconds, long back, long urgent, long turnedAway, long attempts, double worst) {}

  /**
   * @param lost how many have to come back
   */
  Storm(int lost) {
    this.lost = lost;
  }

  void tries() {
    attempts++;
  }

  void turnedAway() {
    turnedAway++;
  }

  void back(boolean isUrgent) {
    long micros = Tally.micros(System.nanoTime() - start);
    back.recordValue(micros);
    if (isUrgent) {
      urgentBack.recordValue(micros);
      urgent++;
    }
  }

  void bystander(long nanos) {
    long micros = Tally.micros(nanos);
    bystanders.recordValue(micros);
    since = Math.max(since, micros);
  }

  /** To be called every now and then: a point of the curve. */
  void look() {
    curve.add(
        new Moment(
            (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1),
            back.getTotalCount(),
            urgent,
            turnedAway,
            attempts,
            since / 1000.0));
    since = 0;
  }

  boolean isOver() {
    return back.getTotalCount() >= lost;
  }

  /** Seconds until so much of a hundred was back; infinite when it was not. */
  double secondsUntil(double percent) {
    long wanted = (long) Math.ceil(lost * percent / 100);
    if (back.getTotalCount() < wanted) {
      return Double.POSITIVE_INFINITY;
    }
    // Those who are not back count as never, so the share is one of all.
    return back.getValueAtPercentile(100.0 * wanted / Math.max(1, back.getTotalCount())) / 1e6;
  }

  ObjectNode figures() {
    var json = Json.MAPPER.createObjectNode();
    var until = json.putObject("backSeconds");
    for (double share : SHARES) {
      double seconds = secondsUntil(share);
      var name = "p" + (int) share;
      if (Double.isFinite(seconds)) {
        until.put(name, Math.round(seconds * 1000) / 1000.0);
      } else {
        until.putNull(name);
      }
    }
    json.put("stormLost", lost).put("stormBack", back.getTotalCount());
    json.put("stormTurnedAway", turnedAway).put("stormAttempts", attempts);
    json.set("backMillis", Report.percentiles(back));
    json.set("urgentBackMillis", Report.percentiles(urgentBack));
    json.set("bystanderAckMillis", Report.percentiles(bystanders));
    return json;
  }

  /**
   * @throws UncheckedIOException when the file cannot be written
   */
  void write(Path file) {
    var lines = new ArrayList<String>();
    lines.add("seconds,back,urgent_back,turned_away,attempts,bystander_worst_ms");
    for (Moment at : curve) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%.2f,%d,%d,%d,%d,%.1f",
              at.seconds(),
              at.back(),
              at.urgent(),
              at.turnedAway(),
              at.attempts(),
              at.worst()));
    }
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
