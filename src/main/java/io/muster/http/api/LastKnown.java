package io.muster.http.api;

import io.muster.actors.DeviceView;
import io.muster.actors.Roster;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * What the read model remembers of a device whose actor knows of no session: when it was last seen,
 * and what it said of itself then. Nice to know besides, so that a read neither fails for it nor
 * waits for it.
 *
 * @param patience after which the device is shown without
 */
record LastKnown(Roster roster, Duration patience) {

  /** Never fails. */
  CompletionStage<DeviceView> of(DeviceView device) {
    if (!isOutOfSight(device)) {
      return CompletableFuture.completedFuture(device);
    }
    return roster
        .hints(device.id())
        .toCompletableFuture()
        .copy() // the answer may be shared with others, who are more patient
        .completeOnTimeout(Optional.empty(), patience.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(_ -> Optional.empty())
        .thenApply(hints -> hints.map(h -> remembered(device, h)).orElse(device));
  }

  /** A device that never came has left nothing to remember. */
  private static boolean isOutOfSight(DeviceView device) {
    return device.epoch() > 0 && device.hints().lastSeen().isEmpty();
  }

  /** How much is pending the device itself knows better than any table. */
  private static DeviceView remembered(DeviceView device, DeviceView.Hints hints) {
    return device.with(hints.withPending(device.hints().pendingCommands()));
  }
}
