package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.CommandView.Step;
import io.muster.actors.DeliveryState;
import io.muster.actors.DeviceId;
import io.muster.actors.device.DeviceEvent.CommandQueued;
import io.muster.actors.device.DeviceEvent.CommandSent;
import io.muster.actors.device.DeviceEvent.CommandSettled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** Commands as people read them, folded from a device's events or from what is still pending. */
public final class CommandTimelines {
  private static final int RANDOM_CHARS = 12;
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

  private final DeviceId device;
  private final Map<CommandId, Order> orders = new LinkedHashMap<>();
  private final Map<CommandId, List<Step>> steps = new LinkedHashMap<>();
  private final Map<CommandId, Boolean> settled = new LinkedHashMap<>();

  public CommandTimelines(DeviceId device) {
    this.device = device;
  }

  public void add(DeviceEvent event) {
    switch (event) {
      case CommandQueued e -> {
        orders.put(e.order().id(), e.order());
        steps.put(e.order().id(), new ArrayList<>(List.of(queued(e.order()))));
      }
      case CommandSent e -> step(e.id(), sent(e.attempt(), e.epoch(), e.at()));
      case CommandSettled e -> {
        step(e.id(), settled(e));
        settled.put(e.id(), true);
      }
      default -> {} // the other events are not about commands
    }
  }

  private void step(CommandId id, Step step) {
    // A timeline read from the middle of the journal begins with its first whole command.
    Optional.ofNullable(steps.get(id)).ifPresent(timeline -> timeline.add(step));
  }

  /** In the order in which they were queued. */
  public List<CommandView> views() {
    return orders.values().stream()
        .map(o -> view(device, o, steps.get(o.id()), settled.containsKey(o.id())))
        .toList();
  }

  public Optional<CommandView> find(CommandId id) {
    return Optional.ofNullable(orders.get(id))
        .map(o -> view(device, o, steps.get(id), settled.containsKey(id)));
  }

  static CommandView pending(DeviceId device, PendingCommands.Pending pending) {
    var timeline = new ArrayList<Step>();
    timeline.add(queued(pending.order()));
    pending.attempts().forEach(a -> timeline.add(sent(a.number(), a.epoch(), a.at())));
    return view(device, pending.order(), timeline, false);
  }

  static CommandView settled(DeviceId device, PendingCommands.Pending last, CommandSettled event) {
    var before = pending(device, last);
    var timeline = new ArrayList<>(before.timeline());
    timeline.add(settled(event));
    return view(device, last.order(), timeline, true);
  }

  private static CommandView view(
      DeviceId device, Order order, List<Step> timeline, boolean settled) {
    return new CommandView(
        order.id(),
        device,
        order.type(),
        order.payload(),
        timeline.getLast().state(),
        settled,
        order.expiresAt(),
        order.by(),
        timeline);
  }

  private static Step queued(Order order) {
    return new Step(
        DeliveryState.QUEUED,
        order.at(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Step sent(int attempt, long epoch, Instant at) {
    return new Step(
        DeliveryState.SENT,
        at,
        OptionalLong.of(epoch),
        OptionalLong.of(attempt),
        Optional.empty(),
        Optional.empty());
  }

  private static Step settled(CommandSettled e) {
    return new Step(
        e.outcome().state(),
        e.at(),
        e.epoch() > 0 ? OptionalLong.of(e.epoch()) : OptionalLong.empty(),
        OptionalLong.empty(),
        e.reason(),
        e.evidence());
  }

  /**
   * A fresh id: the journal's sequence number of its {@code CommandQueued} in base 36, then chance.
   * The number lets a timeline be read without going through the device's whole life; nothing else
   * may depend on it.
   */
  static CommandId mint(long sequenceNumber, RandomGenerator chance) {
    var id = new StringBuilder(Long.toString(sequenceNumber, 36)).append('-');
    // One draw of 64 bits has enough chance for 12 characters of 5.17 bits.
    long rest = chance.nextLong();
    for (int i = 0; i < RANDOM_CHARS; i++) {
      id.append(ALPHABET.charAt((int) Long.remainderUnsigned(rest, ALPHABET.length())));
      rest = Long.divideUnsigned(rest, ALPHABET.length());
    }
    return new CommandId(id.toString());
  }

  /**
   * Where in the device's journal the command probably begins; empty for ids that were made
   * elsewhere.
   */
  public static OptionalLong sequenceNumberOf(CommandId id) {
    var value = id.value();
    int dash = value.indexOf('-');
    if (dash < 1 || dash > 12 || value.length() - dash - 1 != RANDOM_CHARS) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(value.substring(0, dash), 36));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
