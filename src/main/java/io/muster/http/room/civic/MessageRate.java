package io.muster.http.room.civic;

import io.muster.http.edge.Allowance;
import java.time.Duration;

/** What one client may say in a time, and when it has gone too far. Confined to its loop. */
final class MessageRate {
  private static final long SUSTAINED = Duration.ofSeconds(5).toNanos();
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();
  private static final double NEAR = 0.8;

  enum Verdict {
    FINE,
    /** Most of it is used up; said once in a while. */
    NEARLY,
    OVER,
    /** It has been over for so long that it is no accident. */
    ENOUGH
  }

  private final Allowance allowance;
  private long due;
  private long warned;
  private long over;
  private long overSince;

  MessageRate(Allowance allowance, long now) {
    this.allowance = allowance;
    this.due = allowance.untouched(now);
    this.warned = now - PAUSE;
    this.over = now - PAUSE;
  }

  /** One more has come. */
  Verdict next(long now) {
    if (allowance.allows(due, now)) {
      due = allowance.spend(due, now);
      return isNear(now) ? Verdict.NEARLY : Verdict.FINE;
    }
    if (now - over >= PAUSE) {
      overSince = now;
    }
    over = now;
    return now - overSince >= SUSTAINED ? Verdict.ENOUGH : Verdict.OVER;
  }

  private boolean isNear(long now) {
    boolean isNear = due - now >= NEAR * allowance.toleranceNanos() && now - warned >= PAUSE;
    if (isNear) {
      warned = now;
    }
    return isNear;
  }

  Duration retryAfter(long now) {
    return allowance.retryAfter(due, now);
  }
}
