package io.muster.app;

import io.muster.actors.Roster;
import io.muster.actors.Roster.Mark;
import io.muster.actors.Telemetry;
import io.muster.http.api.OpsRoutes.Health;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorSystem;

/** Looks at the store now and then, so that health can be told without asking anyone. */
final class JournalProbe {
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final Roster roster;
  private final Telemetry telemetry;
  private final AtomicBoolean isFollowing = new AtomicBoolean();
  private volatile boolean works;
  private volatile boolean follows;
  private volatile boolean hasServed;
  private volatile boolean isLeaving;

  JournalProbe(Roster roster, Telemetry telemetry) {
    this.roster = roster;
    this.telemetry = telemetry;
  }

  static JournalProbe start(ActorSystem<?> system, Roster roster, Telemetry telemetry) {
    var probe = new JournalProbe(roster, telemetry);
    system
        .scheduler()
        .scheduleWithFixedDelay(Duration.ZERO, EVERY, probe::look, system.executionContext());
    return probe;
  }

  void look() {
    roster
        .head()
        .whenComplete(
            (mark, failure) -> {
              works = failure == null;
              hasServed |= works;
              if (works) {
                telemetry.journalWorks();
                follow(mark);
              } else {
                telemetry.journalFails();
                follows = false;
              }
            });
  }

  /** One look at a time: a read model that is far behind must not be asked ever more often. */
  private void follow(Mark mark) {
    if (!isFollowing.compareAndSet(false, true)) {
      return;
    }
    long began = System.nanoTime();
    roster
        .caughtUp(mark)
        .whenComplete(
            (_, failure) -> {
              follows = failure == null;
              telemetry.projectionWasBehind(Duration.ofNanos(System.nanoTime() - began));
              isFollowing.set(false);
            });
  }

  void leaving() {
    isLeaving = true;
  }

  Health health(Clock clock) {
    return new Health(
        () -> new Health.Parts(works, follows, hasServed, isLeaving),
        Version.TEXT,
        clock.instant(),
        clock);
  }
}
