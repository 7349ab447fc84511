package io.muster.app;

import java.time.Duration;

/**
 * How a node among others sends its clients away: not all at once, because those who end together
 * come back together.
 *
 * @param perSecond clients; as many as the others let in without making anybody wait
 * @param most however many there are
 */
record LeavingSettings(int perSecond, Duration most) {

  static LeavingSettings in(Keys keys) {
    return new LeavingSettings(
        keys.whole("leaving.per-second", 1, 100_000),
        keys.time("leaving.spread-max", Duration.ZERO, Duration.ofSeconds(15)));
  }

  Duration over(int crowd) {
    var even = Duration.ofMillis(crowd * 1_000L / perSecond);
    return even.compareTo(most) < 0 ? even : most;
  }
}
