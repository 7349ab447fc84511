package io.muster.app.swarm;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Looks for the highest rate of heartbeats the gateway still answers in time. */
final class SearchMax {
  private static final double FIRST = 1000;
  private static final double LAST = 256_000;
  private static final double IN_TIME_MILLIS = 100;
  private static final double PRECISION = 0.05;
  // Answers that did not come at all are not seen in the percentiles of those that did.
  private static final double SHARE_ANSWERED = 0.97;
  private static final Duration SETTLE = Duration.ofSeconds(2);
  private static final Duration MEASURE = Duration.ofSeconds(5);
  private static final double GENTLE = 20;
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int MOST_LOOKS = 30;

  private final Swarm swarm;
  private final Pace pace;
  private final PrintWriter out;

  private SearchMax(Swarm swarm, Pace pace, PrintWriter out) {
    this.swarm = swarm;
    this.pace = pace;
    this.out = out;
  }

  /**
   * @return heartbeats per second, to about 5 %; 0 when not even the first rate was held
   */
  static double on(Swarm swarm, Pace pace, PrintWriter out) throws InterruptedException {
    return new SearchMax(swarm, pace, out).search();
  }

  private double search() throws InterruptedException {
    double held = 0;
    double rate = FIRST;
    while (rate <= LAST && holds(rate)) {
      held = rate;
      rate *= 2;
    }
    double tooMuch = rate;
    while (held > 0 && tooMuch - held > held * PRECISION) {
      double between = (held + tooMuch) / 2;
      if (holds(between)) {
        held = between;
      } else {
        tooMuch = between;
      }
    }
    return held;
  }

  private boolean holds(double rate) throws InterruptedException {
    swarm.pace(pace.at(rate));
    Thread.sleep(SETTLE);
    swarm.run(() -> swarm.tally().warm());
    Thread.sleep(MEASURE);
    var tally = swarm.on(() -> swarm.tally().copy());
    double p99 = Report.millis(tally.ack, 99);
    boolean held =
        p99 < IN_TIME_MILLIS && tally.acks >= rate * MEASURE.toSeconds() * SHARE_ANSWERED;
    out.printf(
        Locale.ROOT,
        "%,.0f/s: %,.0f/s answered, p99 %.1f ms%s%n",
        rate,
        tally.acks / (double) MEASURE.toSeconds(),
        p99,
        held ? "" : ", too much");
    out.flush();
    if (!held) {
      rest();
    }
    return held;
  }

  /** Until the gateway has worked off what it was given too much, or the next rate would suffer. */
  private void rest() throws InterruptedException {
    swarm.pace(pace.at(GENTLE));
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      swarm.run(() -> swarm.tally().warm());
      Thread.sleep(LOOK);
      var tally = swarm.on(() -> swarm.tally().copy());
      if (tally.acks >= GENTLE / 2 && Report.millis(tally.ack, 99) < IN_TIME_MILLIS) {
        return;
      }
    }
  }
}
