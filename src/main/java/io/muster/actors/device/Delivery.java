package io.muster.actors.device;

import io.muster.actors.device.DeviceCommand.Link;
import io.muster.actors.device.DeviceEvent.CommandSent;
import io.muster.actors.device.DeviceEvent.CommandSettled;
import io.muster.actors.device.PendingCommands.Attempt;
import io.muster.actors.device.PendingCommands.Pending;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is due on a device's queue at an instant, and when to look again. Pure: the rules of
 * delivery and nothing else.
 *
 * <p>First in, first out, one command in flight. A command without an ack is sent again after a
 * back-off, or at once on a new connection; commands that a device does {@linkplain Order#isOnce()
 * once} are not: a new connection is their evidence.
 */
final class Delivery {
  private final DeviceSettings settings;
  private final Instant now;
  private final List<DeviceEvent> events = new ArrayList<>();
  private Instant lookAgain = Instant.MAX;

  record Plan(List<DeviceEvent> events, Optional<Instant> lookAgain) {}

  static Plan plan(
      PendingCommands pending, Optional<Link> link, Instant now, DeviceSettings settings) {
    if (pending.isEmpty()) {
      return NOTHING;
    }
    return new Delivery(now, settings).over(pending.queue(), link);
  }

  private static final Plan NOTHING = new Plan(List.of(), Optional.empty());

  private enum Head {
    /** The command is in flight or waits for its next attempt: those behind it wait too. */
    HOLDS,
    /** The next one may go. */
    PASSES
  }

  private Delivery(Instant now, DeviceSettings settings) {
    this.now = now;
    this.settings = settings;
  }

  private Plan over(List<Pending> queue, Optional<Link> link) {
    var head = Head.PASSES;
    for (Pending pending : queue) {
      if (!pending.order().expiresAt().isAfter(now)) {
        settle(pending, Outcome.EXPIRED, 0);
        continue;
      }
      wakeAt(pending.order().expiresAt());
      if (head == Head.PASSES && link.isPresent()) {
        head = advance(pending, link.get());
      }
    }
    return new Plan(events, lookAgain == Instant.MAX ? Optional.empty() : Optional.of(lookAgain));
  }

  private Head advance(Pending pending, Link link) {
    return pending
        .lastAttempt()
        .map(last -> again(pending, last, link))
        .orElseGet(() -> send(pending, 1, link));
  }

  private Head again(Pending pending, Attempt last, Link link) {
    boolean reconnected = last.epoch() < link.epoch();
    var patience = last.at().plus(settings.ackTimeout());
    if (reconnected && pending.order().isOnce()) {
      return reconnected(pending, link);
    }
    if (!reconnected && now.isBefore(patience)) {
      wakeAt(patience);
      return Head.HOLDS;
    }
    if (pending.order().isOnce()) {
      // Only a new connection or its expiry can tell; the others need not wait for that.
      return Head.PASSES;
    }
    if (last.number() >= settings.attempts()) {
      settle(pending, Outcome.FAILED, last.epoch());
      return Head.PASSES;
    }
    var retry = patience.plus(settings.backoffAfter(last.number()));
    if (!reconnected && now.isBefore(retry)) {
      wakeAt(retry);
      return Head.HOLDS;
    }
    return send(pending, last.number() + 1, link);
  }

  private Head send(Pending pending, int attempt, Link link) {
    events.add(new CommandSent(pending.order().id(), link.epoch(), attempt, now));
    if (link.acknowledges()) {
      wakeAt(now.plus(settings.ackTimeout()));
      return Head.HOLDS;
    }
    settle(pending, Outcome.UNCONFIRMED, link.epoch());
    return Head.PASSES;
  }

  private Head reconnected(Pending pending, Link link) {
    events.add(
        new CommandSettled(
            pending.order().id(),
            Outcome.ACKNOWLEDGED,
            Optional.empty(),
            Optional.of("reconnected"),
            link.epoch(),
            now));
    return Head.PASSES;
  }

  private void settle(Pending pending, Outcome outcome, long epoch) {
    Optional<String> reason =
        switch (outcome) {
          case FAILED -> Optional.of("no_ack");
          case UNCONFIRMED -> Optional.of("unconfirmed");
          case EXPIRED -> Optional.of(pending.wasSent() ? "no_ack" : "not_sent");
          case ACKNOWLEDGED, UNSUPPORTED, SUPERSEDED, CANCELLED -> Optional.empty();
        };
    events.add(
        new CommandSettled(pending.order().id(), outcome, reason, Optional.empty(), epoch, now));
  }

  private void wakeAt(Instant at) {
    if (at.isBefore(lookAgain)) {
      lookAgain = at;
    }
  }
}
