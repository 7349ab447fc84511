package io.muster.actors.notify;

import java.time.Duration;

/**
 * Times of outages.
 *
 * @param enabled without it the books are kept, and nobody is told
 * @param interval between two looks at who is down
 * @param remindAfter a device that stays down is reminded of each time; zero: never
 * @param keep what has ended is forgotten after that, and so are notifications
 */
public record NotificationSettings(
    boolean enabled, Duration interval, Duration remindAfter, Duration keep) {
  public static final NotificationSettings DEFAULT =
      new NotificationSettings(
          true, Duration.ofSeconds(1), Duration.ofHours(24), Duration.ofDays(90));

  /** Zero asks for none. */
  public boolean reminds() {
    return enabled && remindAfter.isPositive();
  }
}
