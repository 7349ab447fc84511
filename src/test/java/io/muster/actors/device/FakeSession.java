package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.device.DeviceCommand.Acknowledge;
import io.muster.actors.device.DeviceCommand.Connect;
import io.muster.actors.device.DeviceCommand.Heartbeat;
import io.muster.actors.device.DeviceCommand.Link;
import io.muster.actors.device.DeviceCommand.Proof;
import io.muster.actors.device.DeviceCommand.Reaction;
import io.muster.actors.device.DeviceCommand.SessionEnded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** One socket of the device under test; it says what it is told to and keeps what it hears. */
final class FakeSession {
  static final NodeId NODE = new NodeId("node@1");

  private final ConcurrentLinkedQueue<ToSession> heard = new ConcurrentLinkedQueue<>();
  private final ActorTestKit kit;
  private final ActorRef<Object> address;
  private final boolean acknowledges;
  private volatile long epoch;
  private boolean isAlive = true;
  private long token;
  private Proof proof = DeviceRig.TOKEN;

  FakeSession(ActorTestKit kit, boolean acknowledges) {
    this.kit = kit;
    this.acknowledges = acknowledges;
    this.address = kit.spawn(listening());
  }

  private record End() {}

  private Behavior<Object> listening() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case ToSession.Welcome w -> {
              epoch = w.epoch();
              heard.add(w);
            }
            case ToSession m -> heard.add(m);
            case CountDownLatch latch -> latch.countDown();
            case End _ -> {
              return Behaviors.stopped();
            }
            default -> throw new AssertionError("a session hears no " + message);
          }
          return Behaviors.same();
        });
  }

  Link link() {
    return linkOf(epoch);
  }

  Link linkOf(long someEpoch) {
    return new Link(someEpoch, NODE, acknowledges, proof, address.narrow());
  }

  long epoch() {
    return epoch;
  }

  Connect connect(OrgId org, Proof proof) {
    return connect(org, proof, Instant.MAX);
  }

  Connect connect(OrgId org, Proof proof, Instant giveUpAt) {
    this.proof = proof;
    return new Connect(org, linkOf(0), giveUpAt);
  }

  Heartbeat heartbeat() {
    return new Heartbeat(link(), ++token, Optional.empty());
  }

  SessionEnded goodbye() {
    return new SessionEnded(epoch);
  }

  /** Of the newest connection, whichever that is. */
  static Acknowledge ack(CommandId id, Reaction reaction) {
    return new Acknowledge(id, reaction, Long.MAX_VALUE);
  }

  /** The address is gone without a word. */
  void dies() {
    catchUp();
    isAlive = false;
    kit.stop(address);
  }

  /** As {@link #dies}, when nobody waits for it. */
  void leaves() {
    isAlive = false;
    address.tell(new End());
  }

  boolean isAlive() {
    return isAlive;
  }

  /** What it heard since the last call, one line each. */
  List<String> told() {
    catchUp();
    var lines = new ArrayList<String>();
    for (var m = heard.poll(); m != null; m = heard.poll()) {
      lines.add(
          switch (m) {
            case ToSession.Welcome w -> "welcome " + w.epoch();
            case ToSession.Found _ -> "found";
            case ToSession.Heard h ->
                "heard " + h.token() + (h.isToReconcile() ? ", reconcile" : "");
            case ToSession.Show c ->
                "show " + c.content().playlistId() + " " + c.content().version();
            case ToSession.Renew r -> "renew " + r.token();
            case ToSession.Deliver d -> d.order().type() + " " + d.order().id();
            case ToSession.Goodbye g -> "goodbye " + g.reason().name().toLowerCase();
          });
    }
    return lines;
  }

  /** Everything that was told before now has been heard afterwards. */
  private void catchUp() {
    if (!isAlive) {
      return;
    }
    var latch = new CountDownLatch(1);
    address.tell(latch);
    try {
      if (!latch.await(5, TimeUnit.SECONDS)) {
        throw new AssertionError("the session does not listen");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
