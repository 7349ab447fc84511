package io.muster.app;

import io.muster.actors.Roster;
import io.muster.http.api.OpsRoutes.Health;
import java.time.Clock;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;

/** Looks at the store now and then, so that health can be told without asking anyone. */
final class JournalProbe {
  private static final Duration EVERY = Duration.ofSeconds(2);

  private volatile boolean works;
  private volatile boolean hasServed;
  private volatile boolean isLeaving;

  static JournalProbe start(ActorSystem<?> system, Roster roster) {
    var probe = new JournalProbe();
    system
        .scheduler()
        .scheduleWithFixedDelay(
            Duration.ZERO, EVERY, () -> probe.look(roster), system.executionContext());
    return probe;
  }

  private void look(Roster roster) {
    roster
        .head()
        .whenComplete(
            (_, failure) -> {
              works = failure == null;
              hasServed |= works;
            });
  }

  void leaving() {
    isLeaving = true;
  }

  Health health(Clock clock) {
    return new Health(
        () -> new Health.Parts(works, works, hasServed, isLeaving),
        Version.TEXT,
        clock.instant(),
        clock);
  }
}
