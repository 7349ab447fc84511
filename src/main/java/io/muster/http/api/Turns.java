package io.muster.http.api;

import io.muster.http.edge.Allowance;
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

  /** Spends one turn of the asker's; false when there was none left. */
  boolean take(String asker) {
    if (dues.size() > askersMax) {
      dues.clear();
    }
    long now = System.nanoTime();
    var isAllowed = new boolean[1];
    dues.compute(
        asker,
        (_, known) -> {
          long due = known == null ? each.untouched(now) : known;
          isAllowed[0] = each.allows(due, now);
          return isAllowed[0] ? each.spend(due, now) : due;
        });
    return isAllowed[0];
  }
}
