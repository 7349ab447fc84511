package io.muster.http.api;

import io.muster.http.edge.Allowance;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An allowance for each of many askers. When there are too many of them to remember, all begin
 * anew: the bound is on our memory, not on theirs.
 */
final class Turns {
  private final Allowance each;
  private final int askersMax;
  private final Map<String, Long> dues = new ConcurrentHashMap<>();

  Turns(Allowance each, int askersMax) {
    this.each = each;
    this.askersMax = askersMax;
  }

  /** Spends one turn of the asker's; zero, or how long until there is one to spend. */
  Duration take(String asker) {
    if (dues.size() > askersMax) {
      dues.clear();
    }
    long now = System.nanoTime();
    var wait = new Duration[1];
    dues.compute(
        asker,
        (_, known) -> {
          long due = known == null ? each.untouched(now) : known;
          wait[0] = each.retryAfter(due, now);
          return wait[0].isZero() ? each.spend(due, now) : due;
        });
    return wait[0];
  }
}
