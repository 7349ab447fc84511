package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.content.Desired;
import io.muster.actors.device.DeviceCommand.Acknowledge;
import io.muster.actors.device.DeviceCommand.Connect;
import io.muster.actors.device.DeviceCommand.ContentReaction;
import io.muster.actors.device.DeviceCommand.Heartbeat;
import io.muster.actors.device.DeviceCommand.Link;
import io.muster.actors.device.DeviceCommand.Proof;
import io.muster.actors.device.DeviceCommand.Reaction;
import io.muster.actors.device.ToSession.*;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One socket of one device: what the client says becomes a request to the device's actor, what the
 * device owes is written to the socket. A plain object confined to its event loop; the actor that
 * is its address only carries messages there.
 */
public final class DeviceSession {

  /** The socket, as the session sees it. Called on the session's loop only. */
  public interface Line {
    /**
     * The device is ours: let the client in. Called once, before everything else.
     *
     * @param qrOverlay one JSON object for its configuration
     */
    void welcome(Optional<String> qrOverlay);

    void deliver(Order order);

    /**
     * To be answered by {@link DeviceSession#shown} when the client has acknowledged it or refused.
     */
    void show(Desired content);

    /** A token in the place of the one the client has. */
    void renew(String token);

    /**
     * @param detail why, in a word for the client
     */
    void end(Reason reason, Optional<String> detail);
  }

  /** Called with the answer to a heartbeat, once. */
  @FunctionalInterface
  public interface Heard {
    /**
     * @param isToReconcile the client shall fetch its content
     */
    void heard(boolean isToReconcile);
  }

  private final DeviceId id;
  private final OrgId org;
  private final Line line;
  private final SessionLoop loop;
  private final Devices devices;

  private Link link;
  private Optional<ActorRef<DeviceCommand>> device = Optional.empty();
  private Stage stage = Stage.JOINING;

  // What the client has acknowledged, and what it was sent last; the texts are not kept.
  private Optional<Desired.Key> shown = Optional.empty();
  private Optional<Desired.Key> onItsWay = Optional.empty();
  private long joiningDeadline;
  private long tokens;
  private Waiting oldest;
  private Waiting newest;

  private enum Stage {
    JOINING,
    LIVE,
    ENDED
  }

  DeviceSession(DeviceId id, OrgId org, Line line, SessionLoop loop, Devices devices) {
    this.id = id;
    this.org = org;
    this.line = line;
    this.loop = loop;
    this.devices = devices;
  }

  void open(ActorRef<ToSession> address, Proof proof, boolean acknowledges) {
    if (stage == Stage.ENDED) {
      loop.close(address);
      return;
    }
    link = new Link(0, loop.node(), acknowledges, proof, address);
    devices.tell(id, new Connect(org, link, devices.giveUpAt(SessionLoop.JOINING_PATIENCE)));
    joiningDeadline = loop.joiningDeadline();
    loop.expectWelcome(this);
  }

  boolean hasJoined() {
    return stage != Stage.JOINING;
  }

  boolean isDue(long nanos) {
    return joiningDeadline - nanos <= 0;
  }

  void giveUpJoining() {
    if (stage == Stage.JOINING) {
      end(new Goodbye(Reason.UNAVAILABLE, Optional.empty()));
    }
  }

  // ── what the device says ──

  void receive(ToSession message) {
    if (stage == Stage.ENDED) {
      return;
    }
    switch (message) {
      case Welcome m -> {
        link = link.at(m.epoch());
        device = Optional.of(m.device());
        if (stage == Stage.JOINING) {
          stage = Stage.LIVE;
          line.welcome(m.qrOverlay());
        }
      }
      case Found m -> device = Optional.of(m.device());
      case ToSession.Heard m -> answered(m.token(), m.isToReconcile());
      case Deliver m -> line.deliver(m.order());
      case Show m -> show(m.content());
      case Renew m -> line.renew(m.token());
      case Goodbye m -> end(m);
    }
  }

  /** Some clients begin again when they are told what they show already. */
  private void show(Desired content) {
    if (shown.filter(content.key()::equals).isPresent()) {
      reacted(content.key(), Reaction.DONE);
      return;
    }
    onItsWay = Optional.of(content.key());
    shown = link.acknowledges() ? Optional.empty() : onItsWay;
    line.show(content);
  }

  // ── what the client says ──

  /**
   * The device's actor answers; when it cannot, the session does after two seconds, for a heartbeat
   * waits for nothing.
   */
  public void heartbeat(Optional<String> contentVersion, Heard heard) {
    if (stage != Stage.LIVE) {
      return;
    }
    var waiting = new Waiting(this, ++tokens, loop.answerDeadline(), heard);
    if (newest == null) {
      oldest = waiting;
    } else {
      newest.next = waiting;
    }
    newest = waiting;
    loop.expectAnswer(waiting);
    ask(new Heartbeat(link, waiting.token, contentVersion));
  }

  /** What the client answered to a playlist. */
  public void shown(Desired.Key content, Reaction reaction) {
    // A late answer to what it was sent before says nothing of what it shows now.
    if (reaction.isAccepted() && onItsWay.filter(content::equals).isPresent()) {
      shown = Optional.of(content);
    }
    reacted(content, reaction);
  }

  private void reacted(Desired.Key content, Reaction reaction) {
    ask(new ContentReaction(link.epoch(), content.playlistId(), content.version(), reaction));
  }

  public void acknowledge(CommandId command, Reaction reaction) {
    if (link != null) {
      devices.acknowledged(id, device, new Acknowledge(command, reaction, link.epoch()));
    }
  }

  /** The socket has ended. */
  public void ended() {
    ended(AwayReason.GOODBYE);
  }

  public void ended(AwayReason why) {
    if (stage != Stage.ENDED) {
      stage = Stage.ENDED;
      leave(why);
    }
  }

  private void end(Goodbye goodbye) {
    stage = Stage.ENDED;
    line.end(goodbye.reason(), goodbye.detail());
    leave(AwayReason.GOODBYE);
  }

  private void leave(AwayReason why) {
    oldest = null;
    newest = null;
    if (link == null) {
      return;
    }
    // The device also watches the address: as long as it is there, the end is not known.
    var address = link.session();
    if (link.epoch() > 0) {
      devices.ended(new Devices.Ended(id, link.epoch(), why), device, () -> loop.close(address));
    } else {
      loop.close(address);
    }
  }

  private void ask(DeviceCommand command) {
    // Straight to the actor is two hops less than through its shard; after a silence only the shard
    // knows the way.
    device.ifPresentOrElse(d -> d.tell(command), () -> devices.tell(id, command));
  }

  // ── heartbeats that are not answered yet ──

  private void answered(long token, boolean isToReconcile) {
    while (oldest != null && oldest.token <= token) {
      // Taken first: the answer may end the socket, and with it everything that waits.
      var first = take();
      first.answer(isToReconcile && first.token == token);
    }
  }

  /** The device has not answered in time: it is moving, or its journal is away. */
  private void unanswered(Waiting waiting) {
    device = Optional.empty();
    answered(waiting.token, false);
  }

  private Waiting take() {
    var first = oldest;
    oldest = first.next;
    if (oldest == null) {
      newest = null;
    }
    return first;
  }

  /** A heartbeat on its way. */
  static final class Waiting {
    private final DeviceSession session;
    private final long token;
    private final long deadline;
    private Heard heard;
    private Waiting next;

    Waiting(DeviceSession session, long token, long deadline, Heard heard) {
      this.session = session;
      this.token = token;
      this.deadline = deadline;
      this.heard = heard;
    }

    private void answer(boolean isToReconcile) {
      var first = heard;
      heard = null;
      if (first != null) {
        first.heard(isToReconcile);
      }
    }

    void giveUp() {
      if (heard != null && session.stage == Stage.LIVE) {
        session.unanswered(this);
      }
    }

    boolean isDue(long nanos) {
      return deadline - nanos <= 0;
    }

    boolean isSettled() {
      return heard == null;
    }
  }
}
