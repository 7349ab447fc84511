package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.device.DeviceEvent.CommandQueued;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Idempotency keys of the last {@link #MAX} commands that carried one, for {@link #RETENTION}. */
public record RecentKeys(List<Used> used) {
  public static final RecentKeys NONE = new RecentKeys(List.of());
  static final int MAX = 64;
  static final Duration RETENTION = Duration.ofHours(24);

  /**
   * @param fingerprint of what was asked for, to tell a repeat from a different request under the
   *     same key
   */
  public record Used(String key, CommandId id, int fingerprint, Instant at) {
    /** A command under its own name. */
    static Used of(Order order) {
      return new Used(order.id().value(), order.id(), RecentKeys.fingerprint(order), order.at());
    }
  }

  public RecentKeys {
    used = List.copyOf(used);
  }

  Optional<Used> find(String key, Instant now) {
    return used.stream()
        .filter(u -> u.key().equals(key) && u.at().plus(RETENTION).isAfter(now))
        .findFirst();
  }

  RecentKeys plus(CommandQueued event) {
    if (event.key().isEmpty()) {
      return this;
    }
    var longer = new ArrayList<>(used);
    longer.removeIf(u -> !u.at().plus(RETENTION).isAfter(event.at()));
    longer.add(
        new Used(event.key().get(), event.order().id(), fingerprint(event.order()), event.at()));
    return new RecentKeys(longer.subList(Math.max(0, longer.size() - MAX), longer.size()));
  }

  static int fingerprint(Order order) {
    return Objects.hash(
        order.type(),
        order.payload(),
        order.collapseKey(),
        Duration.between(order.at(), order.expiresAt()));
  }
}
