package io.muster.app;

import io.muster.actors.Telemetry;
import io.muster.actors.device.UrgentDevices;
import io.muster.http.device.WaitingRoom;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorSystem;

/** How many devices come in at a time, and what the others wait for. */
final class Door {
  private Door() {}

  static WaitingRoom.Bounds in(Keys keys) {
    return new WaitingRoom.Bounds(
        keys.whole("admission.joining-max", 1, 100_000),
        keys.whole("admission.waiting-max", 1, 1_000_000),
        keys.time("admission.patience", Duration.ofMillis(100), Duration.ofSeconds(60)));
  }

  /** Looked through until the system ends. */
  static WaitingRoom open(
      WaitingRoom.Bounds bounds, UrgentDevices urgent, ActorSystem<?> system, Telemetry telemetry) {
    var room =
        new WaitingRoom(bounds, urgent::isUrgent, System::nanoTime, RandomGenerator.getDefault());
    system
        .scheduler()
        .scheduleWithFixedDelay(
            WaitingRoom.LOOK_EVERY,
            WaitingRoom.LOOK_EVERY,
            () -> {
              room.look();
              telemetry.atTheDoor(room.waiting(), room.joining());
            },
            system.executionContext());
    return room;
  }
}
