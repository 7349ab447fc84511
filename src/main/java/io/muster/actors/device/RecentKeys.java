package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.device.DeviceEvent.CommandQueued;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Idempotency keys of commands: of all that are pending, and of the last {@link #MAX} others that
 * carried one, for {@link #RETENTION}.
 */
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

  Optional<Used> find(String key, PendingCommands pending, Instant now) {
    return used.stream().filter(u -> u.key().equals(key) && isKept(u, pending, now)).findFirst();
  }

  /** By the command's own name, whatever key it came with. */
  Optional<Used> find(CommandId id, PendingCommands pending, Instant now) {
    return used.stream().filter(u -> u.id().equals(id) && isKept(u, pending, now)).findFirst();
  }

  private static boolean isKept(Used used, PendingCommands pending, Instant now) {
    return used.at().plus(RETENTION).isAfter(now) || pending.has(used.id());
  }

  /**
   * @param pending the queue without the new command; its length bounds this one's
   */
  RecentKeys plus(CommandQueued event, PendingCommands pending) {
    if (event.key().isEmpty()) {
      return this;
    }
    var next = new ArrayList<Used>(used.size() + 1);
    var due = pending.ids();
    long settled = used.stream().filter(u -> !due.contains(u.id())).count();
    for (Used one : used) {
      if (due.contains(one.id())) {
        next.add(one); // a repeat of what is still to be done must never be done twice
      } else if (settled-- < MAX && one.at().plus(RETENTION).isAfter(event.at())) {
        next.add(one);
      }
    }
    next.add(
        new Used(event.key().get(), event.order().id(), fingerprint(event.order()), event.at()));
    return new RecentKeys(next);
  }

  static int fingerprint(Order order) {
    return Objects.hash(
        order.type(),
        order.payload(),
        order.collapseKey(),
        Duration.between(order.at(), order.expiresAt()));
  }
}
