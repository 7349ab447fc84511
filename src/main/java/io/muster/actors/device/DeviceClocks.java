package io.muster.actors.device;

import io.muster.actors.device.DeviceCommand.DeliveryDue;
import io.muster.actors.device.DeviceCommand.GraceOver;
import io.muster.actors.device.DeviceCommand.Link;
import io.muster.actors.device.DeviceCommand.NothingToDo;
import io.muster.actors.device.DeviceCommand.RegistryDue;
import io.muster.actors.device.DeviceCommand.SilenceOver;
import io.muster.actors.device.DeviceCommand.TimeToTell;
import io.muster.actors.device.Status.Away;
import io.muster.actors.device.Status.NeverSeen;
import io.muster.actors.device.Status.Offline;
import io.muster.actors.device.Status.Online;
import io.muster.actors.device.Status.Retired;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A device's clocks: one for its connection, one for its queue, one for having nothing to do. All
 * follow from the state, so a device that has recovered is armed like one that has not been away.
 */
final class DeviceClocks {
  private static final String PATIENCE = "patience";
  private static final String DELIVERY = "delivery";
  private static final String IDLE = "idle";
  private static final String REGISTRY = "registry";

  private final TimerScheduler<DeviceCommand> timers;
  private final DeviceSettings settings;
  private final Clock clock;
  private boolean isMissingTold;

  DeviceClocks(TimerScheduler<DeviceCommand> timers, DeviceSettings settings, Clock clock) {
    this.timers = timers;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * @param receiver whom commands may go to: the link, unless they have to wait
   */
  void arm(DeviceState state, Optional<Link> link, Optional<Link> receiver) {
    armPatience(state.status(), link);
    armDelivery(state, receiver);
    armIdle(state);
  }

  /** While it is connected, what others say of it is looked up again from time to time. */
  void armRegistry(DeviceState state, Optional<Link> link, Device.Surroundings around) {
    if (around.outside().registry().isEmpty() || timers.isTimerActive(REGISTRY)) {
      return;
    }
    if (state.status() instanceof Online && link.isPresent()) {
      // Not the whole fleet at once, though it may have come at once.
      long millis = around.outside().times().registry().toMillis();
      long spread = millis - millis / 10 + around.chance().nextLong(millis / 5 + 1);
      timers.startSingleTimer(REGISTRY, new RegistryDue(), Duration.ofMillis(spread));
    }
  }

  private void armPatience(Status status, Optional<Link> link) {
    switch (status) {
      case Online _ when link.isPresent() -> timers.cancel(PATIENCE);
      case Online _ when timers.isTimerActive(PATIENCE) -> {} // requests do not prolong the silence
      case Online s -> patience(now().plus(settings.silence()), new SilenceOver(s.epoch()));
      case Away s when isUntold(s) -> patience(telling(s), new TimeToTell(s.epoch()));
      case Away s -> patience(s.deadline(), new GraceOver(s.epoch()));
      case NeverSeen _, Offline _, Retired _ -> timers.cancel(PATIENCE);
    }
  }

  private void armDelivery(DeviceState state, Optional<Link> receiver) {
    var plan = Delivery.plan(state.pending(), receiver, now(), settings);
    // What is due already, after a recovery say, is done by the clock like everything else.
    var next = plan.events().isEmpty() ? plan.lookAgain() : Optional.of(now());
    next.ifPresentOrElse(
        at -> timers.startSingleTimer(DELIVERY, new DeliveryDue(), until(at)),
        () -> timers.cancel(DELIVERY));
  }

  void armIdle(DeviceState state) {
    if (hasNothingToDo(state)) {
      timers.startSingleTimer(IDLE, new NothingToDo(), settings.idle());
    } else if (timers.isTimerActive(IDLE)) {
      timers.cancel(IDLE);
    }
  }

  static boolean hasNothingToDo(DeviceState state) {
    return state.pending().isEmpty()
        && switch (state.status()) {
          case NeverSeen _, Offline _, Retired _ -> true;
          case Online _, Away _ -> false;
        };
  }

  /** Existing dashboards know that it is missing; what is left is its grace. */
  void told(Away status) {
    isMissingTold = true;
    patience(status.deadline(), new GraceOver(status.epoch()));
  }

  /** Its connection is known, or nothing is known of the moment any more. */
  void found() {
    isMissingTold = false;
    timers.cancel(PATIENCE);
  }

  private Instant telling(Away status) {
    return status.since().plus(settings.telling());
  }

  /** Told late is better than never; past the deadline there is better news. */
  private boolean isUntold(Away status) {
    return !isMissingTold
        && status.reason() != AwayReason.DRAINED // expected back, and by itself no news
        && telling(status).isBefore(status.deadline())
        && now().isBefore(status.deadline());
  }

  private void patience(Instant at, DeviceCommand then) {
    timers.startSingleTimer(PATIENCE, then, until(at));
  }

  private Duration until(Instant at) {
    var rest = Duration.between(now(), at);
    // Timers tick in milliseconds: one that fires a little early would find nothing due and spin.
    return rest.isPositive() ? rest.plusMillis(1) : Duration.ofMillis(1);
  }

  private Instant now() {
    return clock.instant();
  }
}
