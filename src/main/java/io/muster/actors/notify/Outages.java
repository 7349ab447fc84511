package io.muster.actors.notify;

import io.muster.actors.Telemetry;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.notify.OutageBook.Untold;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Keeps the book of outages right and tells people. It looks at levels, not at edges: whatever it
 * has missed while it, its node or the database was away, the next look finds. One in the cluster.
 */
public final class Outages {
  private static final Duration FORGETTING = Duration.ofHours(1);
  // Soon enough to catch up with a fleet that is down as a whole, and others get their turn.
  private static final Duration AT_ONCE = Duration.ofMillis(20);
  // With a large fleet that is down as a whole a look takes its time; it shall not be most of it.
  // One that took long because the database was away says nothing of the next: hence the bound.
  private static final int REST_PER_LOOK = 9;
  private static final Duration REST_MAX = Duration.ofSeconds(3);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final double SPREAD = 0.2;

  sealed interface Round {
    record Due() implements Round {}

    record Done(OutageBook.Round result) implements Round {}

    record NotDone(Throwable failure) implements Round {}

    record Untold(List<OutageBook.Untold> rest) implements Round {}

    record Told(boolean isFull) implements Round {}
  }

  private final OutageBook book;
  private final Feed feed;
  private final Telemetry telemetry;
  private final Clock clock;
  private final NotificationSettings settings;
  private final ActorContext<Round> ctx;
  private final TimerScheduler<Round> timers;
  private Instant forgottenAt = Instant.EPOCH;
  private boolean isBusy;
  private long began;
  private boolean isAway;

  public static Behavior<?> create(
      OutageBook book, Feed feed, Telemetry telemetry, Clock clock, NotificationSettings settings) {
    Behavior<Round> looking =
        Behaviors.setup(
            ctx ->
                Behaviors.withTimers(
                    timers ->
                        new Outages(book, feed, telemetry, clock, settings, ctx, timers).look()));
    // One look that fails must not be the last of the whole cluster.
    return Behaviors.supervise(looking)
        .onFailure(SupervisorStrategy.restartWithBackoff(RETRY, REST_MAX, SPREAD));
  }

  private Outages(
      OutageBook book,
      Feed feed,
      Telemetry telemetry,
      Clock clock,
      NotificationSettings settings,
      ActorContext<Round> ctx,
      TimerScheduler<Round> timers) {
    this.book = book;
    this.feed = feed;
    this.telemetry = telemetry;
    this.clock = clock;
    this.settings = settings;
    this.ctx = ctx;
    this.timers = timers;
  }

  private Behavior<Round> look() {
    next(settings.interval());
    return Behaviors.receive(Round.class)
        .onAnyMessage(
            round -> {
              switch (round) {
                case Round.Due _ -> reconcile();
                case Round.Done done -> did(done.result());
                case Round.Untold untold -> tell(untold.rest());
                case Round.Told told -> next(told.isFull() ? AT_ONCE : rest());
                case Round.NotDone failed -> failed(failed.failure());
              }
              return Behaviors.same();
            })
        .onSignal(
            PostStop.class,
            _ -> {
              telemetry.outagesOpen(0); // another node counts from now on
              return Behaviors.same();
            })
        .build();
  }

  private void next(Duration delay) {
    timers.startSingleTimer(new Round.Due(), delay);
  }

  private Duration rest() {
    var rest = Duration.ofNanos(System.nanoTime() - began).multipliedBy(REST_PER_LOOK);
    var most = rest.compareTo(REST_MAX) < 0 ? rest : REST_MAX;
    return most.compareTo(settings.interval()) > 0 ? most : settings.interval();
  }

  private void reconcile() {
    began = System.nanoTime();
    then(book.reconcile(clock.instant()), Round.Done::new);
  }

  private void did(OutageBook.Round result) {
    isBusy = result.isFull();
    telemetry.outagesMoved(result.opened(), result.closed(), result.reminded(), result.setAside());
    telemetry.outagesOpen(result.openNow());
    result.noticed().forEach(telemetry::outageNoticed);
    if (result.setAside() > 0) {
      ctx.getLog().warn("{} notices could not be stored and were set aside", result.setAside());
    }
    if (isAway) {
      isAway = false;
      ctx.getLog().info("Outages are looked after again");
    }
    then(book.untold(OutageBook.ROUND_MAX), Round.Untold::new);
  }

  /** Those of an earlier round are among them when that one could not say that it had told them. */
  private void tell(List<Untold> rest) {
    rest.forEach(
        n ->
            feed.publish(
                n.org(), new ToDashboard.Told("notification:new", n.payload(), Optional.empty())));
    boolean isFull = isBusy || rest.size() == OutageBook.ROUND_MAX;
    if (rest.isEmpty()) {
      forget(isFull);
    } else {
      then(book.told(rest), _ -> new Round.Told(isFull));
    }
  }

  private void forget(boolean isFull) {
    var now = clock.instant();
    if (isFull || forgottenAt.plus(FORGETTING).isAfter(now)) {
      ctx.getSelf().tell(new Round.Told(isFull));
    } else {
      forgottenAt = now;
      then(book.forget(now.minus(settings.keep())), _ -> new Round.Told(false));
    }
  }

  private void failed(Throwable failure) {
    if (!isAway) {
      isAway = true;
      ctx.getLog().warn("Outages cannot be looked after just now: {}", failure.toString());
    }
    next(settings.interval());
  }

  private <T> void then(CompletionStage<T> answer, java.util.function.Function<T, Round> round) {
    ctx.pipeToSelf(
        answer,
        (value, failure) -> failure == null ? round.apply(value) : new Round.NotDone(failure));
  }
}
