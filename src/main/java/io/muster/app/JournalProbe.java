package io.muster.app;

import io.muster.actors.Roster;
import io.muster.actors.Roster.Mark;
import io.muster.actors.Telemetry;
import io.muster.actors.canary.Canary;
import io.muster.http.api.OpsRoutes.Health;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Looks at the store now and then, so that health can be told without asking anyone. A node serves
 * when its store does and a device has answered it once.
 */
final class JournalProbe {
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final Roster roster;
  private final Supplier<CompletionStage<Boolean>> serves;
  private final Telemetry telemetry;
  private final AtomicBoolean isFollowing = new AtomicBoolean();
  private volatile boolean works;
  private volatile boolean follows;
  private final AtomicBoolean isAsking = new AtomicBoolean();
  private volatile boolean hasServed;
  private volatile boolean isLeaving;

  /**
   * @param serves asks whether a device can be reached, one asking at a time, until it can once
   */
  JournalProbe(Roster roster, Supplier<CompletionStage<Boolean>> serves, Telemetry telemetry) {
    this.roster = roster;
    this.serves = serves;
    this.telemetry = telemetry;
  }

  static JournalProbe start(
      ActorSystem<?> system,
      Roster roster,
      Supplier<CompletionStage<Boolean>> serves,
      Telemetry telemetry) {
    var probe = new JournalProbe(roster, serves, telemetry);
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
              if (works) {
                telemetry.journalWorks();
                serve();
                follow(mark);
              } else {
                telemetry.journalFails();
                follows = false;
              }
            });
  }

  private void serve() {
    if (hasServed || !isAsking.compareAndSet(false, true)) {
      return;
    }
    serves
        .get()
        .whenComplete(
            (does, failure) -> {
              if (failure == null && does) {
                hasServed = true;
              }
              isAsking.set(false);
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

  Health health(Canary canary, Clock clock) {
    return new Health(
        () ->
            new Health.Parts(
                works && canary.writes(), follows, hasServed, canary.hears(), isLeaving),
        Version.TEXT,
        clock.instant(),
        clock);
  }
}
