package io.muster.actors.device;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.Roster;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Wakes devices that somebody should report: away with their deadline passed, or online on a node
 * that is gone. Waking is all it does; a device that has recovered arms its own clocks. One in the
 * cluster.
 */
public final class Watchman {
  static final int WAKES_PER_ROUND = 200;
  static final Duration ROUND = Duration.ofSeconds(1);
  // A woken device needs its silence and its grace before its row changes; waking it again
  // meanwhile would crowd out others.
  static final Duration REST = Duration.ofMinutes(5);
  // Those at rest are overdue still, and the longest: there must be room for all of them before
  // those whose turn it is.
  private static final int CANDIDATES = WAKES_PER_ROUND * (int) (REST.dividedBy(ROUND) + 1);

  sealed interface Round {
    record Due() implements Round {}

    record Found(List<DeviceId> overdue) implements Round {}

    record NotKnown() implements Round {}
  }

  private final Roster roster;
  private final Devices devices;
  private final Supplier<Set<NodeId>> living;
  private final Clock clock;
  private final ActorContext<Round> ctx;
  private final TimerScheduler<Round> timers;
  private final Map<DeviceId, Instant> woken = new HashMap<>();

  /**
   * @param patience after a start, devices get so long to come back by themselves before anyone is
   *     woken
   */
  public static Behavior<?> create(
      Roster roster,
      Devices devices,
      Supplier<Set<NodeId>> living,
      Clock clock,
      Duration patience) {
    return Behaviors.<Round>setup(
        ctx ->
            Behaviors.withTimers(
                timers ->
                    new Watchman(roster, devices, living, clock, ctx, timers).watch(patience)));
  }

  private Watchman(
      Roster roster,
      Devices devices,
      Supplier<Set<NodeId>> living,
      Clock clock,
      ActorContext<Round> ctx,
      TimerScheduler<Round> timers) {
    this.roster = roster;
    this.devices = devices;
    this.living = living;
    this.clock = clock;
    this.ctx = ctx;
    this.timers = timers;
  }

  private Behavior<Round> watch(Duration patience) {
    next(patience);
    return Behaviors.receiveMessage(
        round -> {
          switch (round) {
            case Round.Due _ -> look();
            case Round.Found found -> {
              wake(found.overdue());
              next(ROUND);
            }
            case Round.NotKnown _ -> next(ROUND); // the read model is away: asked again
          }
          return Behaviors.same();
        });
  }

  private void next(Duration delay) {
    timers.startSingleTimer(new Round.Due(), delay);
  }

  private void look() {
    ctx.pipeToSelf(
        roster.overdue(clock.instant(), living.get(), CANDIDATES),
        (overdue, failure) -> failure == null ? new Round.Found(overdue) : new Round.NotKnown());
  }

  private void wake(List<DeviceId> overdue) {
    var now = clock.instant();
    woken.values().removeIf(at -> !at.plus(REST).isAfter(now));
    overdue.stream()
        .filter(id -> !woken.containsKey(id))
        .limit(WAKES_PER_ROUND)
        .forEach(
            id -> {
              woken.put(id, now);
              devices.tell(id, new DeviceCommand.Wake());
            });
  }
}
