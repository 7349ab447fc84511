package io.muster.actors.device;

import io.muster.actors.NodeId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * What the device sessions of one event loop share: their addresses' parent, and one clock for all
 * of them.
 */
final class SessionLoop {
  static final Duration JOINING_PATIENCE = Duration.ofSeconds(8);
  private static final long ANSWER_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long TICK_MILLIS = 500;

  private final ScheduledExecutorService loop;
  private final BooleanSupplier isOnLoop;
  private final LongSupplier nanos;
  private final ActorRef<Order> addresses;
  private final NodeId node;
  private final ArrayDeque<DeviceSession.Waiting> expected = new ArrayDeque<>();
  private final ArrayDeque<DeviceSession> joining = new ArrayDeque<>();
  private boolean isTicking;

  /** To the parent of the addresses. */
  sealed interface Order {
    record Open(Opening opening) implements Order {}

    record Close(ActorRef<ToSession> address) implements Order {}
  }

  record Opening(DeviceSession session, DeviceCommand.Proof proof, boolean acknowledges) {}

  SessionLoop(
      ScheduledExecutorService loop,
      BooleanSupplier isOnLoop,
      LongSupplier nanos,
      NodeId node,
      Function<Behavior<Order>, ActorRef<Order>> spawn) {
    this.loop = loop;
    this.isOnLoop = isOnLoop;
    this.nanos = nanos;
    this.node = node;
    this.addresses = spawn.apply(addresses());
  }

  NodeId node() {
    return node;
  }

  void open(Opening opening) {
    addresses.tell(new Order.Open(opening));
  }

  void close(ActorRef<ToSession> address) {
    addresses.tell(new Order.Close(address));
  }

  private Behavior<Order> addresses() {
    return Behaviors.setup(
        ctx ->
            Behaviors.receiveMessage(
                order -> {
                  switch (order) {
                    case Order.Open o -> {
                      var session = o.opening().session();
                      var address =
                          ctx.spawnAnonymous(addressOf(session), DispatcherSelector.sameAsParent());
                      confined(
                          () ->
                              session.open(
                                  address, o.opening().proof(), o.opening().acknowledges()));
                    }
                    case Order.Close c -> ctx.stop(c.address());
                  }
                  return Behaviors.same();
                }));
  }

  private Behavior<ToSession> addressOf(DeviceSession session) {
    return Behaviors.receiveMessage(
        message -> {
          confined(() -> session.receive(message));
          return Behaviors.same();
        });
  }

  private void confined(Runnable deed) {
    if (isOnLoop.getAsBoolean()) {
      deed.run();
    } else {
      loop.execute(deed);
    }
  }

  // ── one clock for all of the loop: heartbeats are due in the order in which they came, and so
  // are
  // those who join ──

  long answerDeadline() {
    return nanos.getAsLong() + ANSWER_NANOS;
  }

  long joiningDeadline() {
    return nanos.getAsLong() + JOINING_PATIENCE.toNanos();
  }

  void expectAnswer(DeviceSession.Waiting waiting) {
    expected.addLast(waiting);
    startTicking();
  }

  void expectWelcome(DeviceSession session) {
    joining.addLast(session);
    startTicking();
  }

  private void startTicking() {
    if (!isTicking) {
      isTicking = true;
      loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    long now = nanos.getAsLong();
    try {
      while (!expected.isEmpty() && (expected.peek().isSettled() || expected.peek().isDue(now))) {
        expected.poll().giveUp();
      }
      while (!joining.isEmpty() && (joining.peek().hasJoined() || joining.peek().isDue(now))) {
        joining.poll().giveUpJoining();
      }
    } finally {
      // One socket that fails must not stop the clock of all the others.
      isTicking = !expected.isEmpty() || !joining.isEmpty();
      if (isTicking) {
        loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }
}
