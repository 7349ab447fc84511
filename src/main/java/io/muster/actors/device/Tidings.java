package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.dashboard.ToDashboard.CommandMoved;
import io.muster.actors.dashboard.ToDashboard.DeviceChanged;
import io.muster.actors.dashboard.ToDashboard.DeviceMissing;
import io.muster.actors.device.DeviceCommand.Link;
import io.muster.actors.device.DeviceEvent.CommandQueued;
import io.muster.actors.device.DeviceEvent.CommandSent;
import io.muster.actors.device.DeviceEvent.CommandSettled;
import io.muster.actors.device.PendingCommands.Pending;
import io.muster.actors.device.Status.Retired;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Who hears what once a device's facts are in the journal: its session, those who await a command,
 * those who watch the organisation, and the figures.
 */
final class Tidings {
  private static final int AWAITING_MAX = 16;

  private final DeviceId id;
  private final Device.Surroundings around;
  private final Map<CommandId, List<ActorRef<Answer>>> awaiting = new HashMap<>(0);
  private CommandView lastSettled;

  Tidings(DeviceId id, Device.Surroundings around) {
    this.id = id;
    this.around = around;
  }

  // ── those who await a command ──

  void await(CommandId command, ActorRef<Answer> asker) {
    var askers = awaiting.computeIfAbsent(command, _ -> new ArrayList<>(1));
    if (askers.size() == AWAITING_MAX) {
      askers.removeFirst(); // its patience has most likely ended
    }
    askers.add(asker);
  }

  void forgetAskersOf(Predicate<CommandId> forgotten) {
    awaiting.keySet().removeIf(forgotten);
  }

  /**
   * A command that has settled is gone from the state; whoever awaits it needs its whole timeline.
   */
  void settled(DeviceState before, List<DeviceEvent> facts) {
    lastSettled = null;
    if (facts.stream().noneMatch(CommandSettled.class::isInstance)) {
      return;
    }
    var state = before;
    for (DeviceEvent fact : facts) {
      if (fact instanceof CommandSettled e) {
        settled(state, state.pending().find(e.id()).orElseThrow(), e);
      }
      state = state.after(fact);
    }
  }

  private void settled(DeviceState state, Pending last, CommandSettled e) {
    lastSettled = CommandTimelines.settled(id, last, e);
    around
        .telemetry()
        .commandSettled(e.outcome().state(), Duration.between(last.order().at(), e.at()));
    var org = state.profile().orElseThrow().org();
    last.traceparent().ifPresent(trace -> around.traces().settled(trace, org, lastSettled));
    var askers = awaiting.remove(e.id());
    if (askers != null) {
      askers.forEach(asker -> asker.tell(new Answer.Command(lastSettled)));
    }
  }

  /** The last command that the facts just told of have settled. */
  CommandView lastSettled() {
    return lastSettled;
  }

  // ── its session, and those who watch ──

  void tell(
      DeviceState before,
      List<DeviceEvent> facts,
      DeviceState after,
      long seq,
      Optional<Link> link) {
    link.ifPresent(l -> deliver(before, facts, l));
    var org = after.profile().orElseThrow().org();
    Chronicle.note(id, org, facts);
    around.hints().pending(id, org, after.pending().size());
    boolean isWatched = around.feed().isWatched(org);
    if (facts.stream().anyMatch(DeviceEvent::changesTheView)) {
      var device = view(after, seq);
      around.outside().transitions().changed(device);
      if (isWatched) {
        around.feed().publish(org, new DeviceChanged(device));
      }
    }
    if (!isWatched) {
      return;
    }
    moved(before, facts).forEach(c -> around.feed().publish(org, new CommandMoved(c)));
  }

  void missing(DeviceView device) {
    around.outside().transitions().missing(device);
    around.feed().publish(device.org(), new DeviceMissing(device));
  }

  private static void deliver(DeviceState before, List<DeviceEvent> facts, Link link) {
    for (DeviceEvent fact : facts) {
      if (fact instanceof CommandSent sent) {
        order(before, facts, sent)
            .ifPresent(order -> link.session().tell(new ToSession.Deliver(order)));
      }
    }
  }

  private static Optional<Order> order(
      DeviceState before, List<DeviceEvent> facts, CommandSent sent) {
    for (DeviceEvent fact : facts) {
      if (fact instanceof CommandQueued q && q.order().id().equals(sent.id())) {
        return Optional.of(q.order());
      }
    }
    return before.pending().find(sent.id()).map(Pending::order);
  }

  private List<CommandView> moved(DeviceState before, List<DeviceEvent> facts) {
    var views = new ArrayList<CommandView>();
    var state = before;
    for (DeviceEvent fact : facts) {
      var next = state.after(fact);
      switch (fact) {
        case CommandQueued e -> views.add(pending(next, e.order().id()));
        case CommandSent e -> views.add(pending(next, e.id()));
        case CommandSettled e ->
            views.add(CommandTimelines.settled(id, state.pending().find(e.id()).orElseThrow(), e));
        default -> {} // not about commands
      }
      state = next;
    }
    return views;
  }

  private CommandView pending(DeviceState state, CommandId command) {
    return CommandTimelines.pending(id, state.pending().find(command).orElseThrow());
  }

  DeviceView view(DeviceState state, long seq) {
    var profile = state.profile().orElseThrow();
    return new DeviceView(
        id,
        profile.org(),
        profile.name(),
        profile.tags(),
        state.status().presence(),
        state.status().since(),
        profile.disabled(),
        state.status() instanceof Retired,
        state.epoch(),
        seq,
        around.hints().of(id).withPending(state.pending().size()));
  }
}
