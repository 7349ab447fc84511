package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.device.DeviceEvent.CommandSent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a device still has to do, oldest first. A value; its length is bounded by whoever adds. */
public record PendingCommands(List<Pending> queue) {
  public static final PendingCommands NONE = new PendingCommands(List.of());

  /**
   * A command and each time it was sent.
   *
   * @param traceparent of the request that asked for it
   */
  public record Pending(Order order, List<Attempt> attempts, Optional<String> traceparent) {
    public Pending {
      attempts = List.copyOf(attempts);
    }

    boolean wasSent() {
      return !attempts.isEmpty();
    }

    Optional<Attempt> lastAttempt() {
      return wasSent() ? Optional.of(attempts.getLast()) : Optional.empty();
    }
  }

  public record Attempt(int number, long epoch, Instant at) {}

  public PendingCommands {
    queue = List.copyOf(queue);
  }

  int size() {
    return queue.size();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  boolean has(CommandId id) {
    for (Pending pending : queue) {
      if (pending.order().id().equals(id)) {
        return true;
      }
    }
    return false;
  }

  Set<CommandId> ids() {
    var ids = HashSet.<CommandId>newHashSet(queue.size());
    queue.forEach(pending -> ids.add(pending.order().id()));
    return ids;
  }

  /** When the last of those ends that were given no longer life than this; empty without one. */
  Optional<Instant> lastEndOfThoseThatLiveFor(Duration life) {
    Instant last = null;
    for (Pending pending : queue) {
      var order = pending.order();
      boolean isShort = !order.expiresAt().isAfter(order.at().plus(life));
      if (isShort && (last == null || order.expiresAt().isAfter(last))) {
        last = order.expiresAt();
      }
    }
    return Optional.ofNullable(last);
  }

  Optional<Pending> find(CommandId id) {
    return queue.stream().filter(pending -> pending.order().id().equals(id)).findFirst();
  }

  PendingCommands plus(Order order, Optional<String> traceparent) {
    var longer = new ArrayList<>(queue);
    longer.add(new Pending(order, List.of(), traceparent));
    return new PendingCommands(longer);
  }

  PendingCommands sent(CommandSent event) {
    var same = new ArrayList<>(queue);
    same.replaceAll(
        pending -> {
          if (!pending.order().id().equals(event.id())) {
            return pending;
          }
          var attempts = new ArrayList<>(pending.attempts());
          attempts.add(new Attempt(event.attempt(), event.epoch(), event.at()));
          return new Pending(pending.order(), attempts, pending.traceparent());
        });
    return new PendingCommands(same);
  }

  PendingCommands minus(CommandId id) {
    var shorter = new ArrayList<>(queue);
    shorter.removeIf(pending -> pending.order().id().equals(id));
    return shorter.isEmpty() ? NONE : new PendingCommands(shorter);
  }
}
