package io.muster.actors.device;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Interner;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Refusal;
import io.muster.actors.Telemetry.Push;
import io.muster.actors.content.Content;
import io.muster.actors.content.ContentSource.Effective;
import io.muster.actors.content.Desired;
import io.muster.actors.content.Numbering;
import io.muster.actors.content.Numbering.Numbered;
import io.muster.actors.device.Answer.ContentOutcome;
import io.muster.actors.device.DeviceCommand.ContentDue;
import io.muster.actors.device.DeviceCommand.ContentFound;
import io.muster.actors.device.DeviceCommand.ContentReaction;
import io.muster.actors.device.DeviceCommand.ContentUnknown;
import io.muster.actors.device.DeviceCommand.Link;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * What a device shall show, looked up on connect, on change and from time to time, and brought to
 * its client by {@link ContentPush}. Nothing here is persisted but the numbering, which is in the
 * state: the source knows the content, and a client that connects gets it again.
 */
final class DeviceContent {
  private static final String CLOCK = "content";

  // A client that was told to fetch its content needs a while to do so.
  private static final Duration BETWEEN_SIGNALS = Duration.ofSeconds(60);

  // A source that is away is asked again after this and up to as much again, not by all at once.
  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(5);

  // A pull is answered from what was looked up just now.
  private static final Duration FRESH = Duration.ofSeconds(1);

  // A source that tells of every change may have told of one that got lost.
  private static final Duration TOLD_FOR = Duration.ofMinutes(10);

  private static final int ASKERS_MAX = 64;

  // A playlist is the same text for many devices, and its print is taken once.
  private static final Interner<String> PLAYLISTS = Interner.newWeakInterner();
  private static final Cache<String, Long> PRINTS = Caffeine.newBuilder().weakKeys().build();

  private final DeviceId id;
  private final Device.Surroundings around;
  private final ActorContext<DeviceCommand> ctx;
  private final TimerScheduler<DeviceCommand> timers;
  private final ContentPush push;

  private Optional<Desired> desired = Optional.empty();
  private Instant lookedAt = Instant.MIN;
  private Instant lookAgain = Instant.MAX;
  private boolean isLooking;
  private boolean isToLookAgain;
  private boolean isGreeting;
  private Instant signalledAt = Instant.MIN;

  private List<Asker> bringing = List.of();
  private List<ActorRef<Answer>> describing = List.of();

  private record Asker(Instant until, ActorRef<Answer> replyTo) {}

  DeviceContent(
      DeviceId id,
      Device.Surroundings around,
      ActorContext<DeviceCommand> ctx,
      TimerScheduler<DeviceCommand> timers) {
    this.id = id;
    this.around = around;
    this.ctx = ctx;
    this.timers = timers;
    this.push = new ContentPush(around.settings(), around.telemetry(), around.clock());
  }

  // ── looking at the source ──

  /**
   * A client is about to be let in. Its commands wait until it has been sent what it shall show, or
   * nobody knows: one that shows something for a while must not be covered by the playlist.
   */
  void expect() {
    isGreeting = mayHaveChanged();
  }

  boolean isGreeting() {
    return isGreeting;
  }

  /** A client has connected, or was found again; it may have nothing yet. */
  void connected(DeviceState state, Optional<Link> receiver) {
    push.startAgain();
    signalledAt = Instant.MIN;
    expect(); // once more: to send away the former client has ended its greeting
    if (isGreeting) {
      look(state);
    } else {
      bring(receiver);
    }
  }

  /** Of a source that tells of every change, only what was never looked up is news. */
  private boolean mayHaveChanged() {
    return around.outside().content().changesByItself() || lookedAt.equals(Instant.MIN);
  }

  /** Somebody says that it has changed: what a look that is under way finds may be older. */
  void show(DeviceState state, Instant until, ActorRef<Answer> replyTo) {
    if (bringing.isEmpty()) {
      bringing = new ArrayList<>(1);
    } else if (bringing.size() == ASKERS_MAX) {
      bringing.removeFirst().replyTo().tell(new Answer.Shown(ContentOutcome.ACK_TIMEOUT));
    }
    bringing.add(new Asker(until, replyTo));
    isToLookAgain = isLooking;
    look(state);
  }

  void describe(DeviceState state, ActorRef<Answer> replyTo) {
    boolean isFresh = !mayHaveChanged() || lookedAt.isAfter(now().minus(FRESH));
    if (isFresh) {
      replyTo.tell(new Answer.ContentIs(desired));
      return;
    }
    if (describing.isEmpty()) {
      describing = new ArrayList<>(1);
    } else if (describing.size() == ASKERS_MAX) {
      describing.removeFirst().tell(new Answer.No(Refusal.READ_MODEL_UNAVAILABLE));
    }
    describing.add(replyTo);
    look(state);
  }

  private void look(DeviceState state) {
    if (isLooking) {
      return;
    }
    isLooking = true;
    OrgId org = state.profile().orElseThrow().org();
    ctx.pipeToSelf(
        around.outside().content().resolve(id, org).thenApply(DeviceContent::found),
        (found, failure) -> failure == null ? found : new ContentUnknown());
  }

  /** Off the event loop: a print of a long playlist takes its time. */
  private static ContentFound found(Effective effective) {
    return new ContentFound(
        effective,
        effective.content().map(c -> PRINTS.get(c.playlist(), Numbering::print)).orElse(0L));
  }

  /** The number that has to be journalled before this content is told to anybody, if it is new. */
  Optional<Numbered> found(DeviceState state, ContentFound found) {
    isLooking = false;
    isGreeting = false;
    lookedAt = now();
    var number = found.effective().content().map(c -> state.content().number(c, found.print()));
    desired = found.effective().content().map(c -> desired(c, number.orElseThrow()));
    lookAgain = earlier(found.effective().until().orElse(Instant.MAX), recheckAt());
    return number.filter(n -> !state.content().knows(n));
  }

  /** Not by the whole fleet at once, though it may have come at once. */
  private Instant recheckAt() {
    boolean changes = around.outside().content().changesByItself();
    if (!changes && desired.isEmpty()) {
      return Instant.MAX; // a clock for each of them would cost more than it finds
    }
    var after = changes ? around.outside().times().content() : TOLD_FOR;
    long millis = after.toMillis();
    return lookedAt.plusMillis(millis - millis / 10 + around.chance().nextLong(millis / 5 + 1));
  }

  private Desired desired(Content content, Numbered number) {
    var next =
        new Desired(
            content.playlistId(),
            content.origin().word(),
            number.text(),
            PLAYLISTS.intern(content.playlist()));
    return desired.filter(next::equals).orElse(next); // one text in memory, whatever was found
  }

  /** What was found is journalled: whoever asked may know. */
  void settled(DeviceState state, Optional<Link> receiver) {
    if (isToLookAgain) {
      isToLookAgain = false;
      look(state);
      return;
    }
    describing.forEach(asker -> asker.tell(new Answer.ContentIs(desired)));
    describing = List.of();
    bring(receiver);
  }

  /** The client keeps what it has; those who wait are told that nobody knows. */
  void unknown(Optional<Link> receiver) {
    isLooking = false;
    isToLookAgain = false;
    isGreeting = false;
    lookAgain =
        now().plus(UNKNOWN_FOR).plusMillis(around.chance().nextLong(UNKNOWN_FOR.toMillis()));
    giveUp(Refusal.READ_MODEL_UNAVAILABLE);
    if (desired.isPresent()) {
      bring(receiver); // what was known is better than nothing
    }
  }

  /** The device has come back from a failure: what it was about to tell nobody knows any more. */
  void forget() {
    desired = Optional.empty();
    lookedAt = Instant.MIN;
    lookAgain = Instant.MAX;
    isLooking = false;
    isToLookAgain = false;
    isGreeting = false;
    push.startAgain();
    giveUp(Refusal.JOURNAL_UNAVAILABLE);
  }

  private void giveUp(Refusal why) {
    describing.forEach(asker -> asker.tell(new Answer.No(why)));
    describing = List.of();
    bringing.forEach(asker -> asker.replyTo().tell(new Answer.No(why)));
    bringing = List.of();
  }

  // ── bringing it to the client ──

  void bring(Optional<Link> receiver) {
    if (isLooking) {
      return;
    }
    if (receiver.isEmpty() && desired.isPresent() && !bringing.isEmpty()) {
      around.telemetry().contentPushed(Push.NOT_SENT, Duration.ZERO);
    }
    push.bring(desired, receiver).ifPresent(this::answer);
  }

  void reacted(ContentReaction c) {
    push.reacted(c).ifPresent(this::answer);
  }

  void disconnected() {
    push.startAgain();
    isGreeting = false;
    if (!isLooking) {
      answer(ContentOutcome.NO_SOCKETS);
    }
  }

  private void answer(ContentOutcome outcome) {
    bringing.forEach(asker -> asker.replyTo().tell(new Answer.Shown(outcome)));
    bringing = List.of();
  }

  // ── what the client says it has ──

  /**
   * Whether the client shall fetch its content: only when that would end the difference, and not
   * while it is on its way to it already.
   *
   * @param reported the version it has; the empty text when it has none
   */
  boolean differs(String reported) {
    if (desired.isEmpty() || desired.get().version().equals(reported) || push.isInFlight()) {
      return false;
    }
    var now = now();
    if (signalledAt.plus(BETWEEN_SIGNALS).isAfter(now)) {
      return false;
    }
    signalledAt = now;
    around.telemetry().reconcileAsked();
    return true;
  }

  // ── its clock ──

  void due(DeviceState state, Optional<Link> receiver) {
    var now = now();
    answerLate(now);
    push.giveUpWaiting();
    if (!now.isBefore(nextLook(receiver))) {
      look(state);
    } else {
      bring(receiver);
    }
  }

  private void answerLate(Instant now) {
    if (bringing.stream().anyMatch(asker -> !asker.until().isAfter(now))) {
      var late = bringing.stream().filter(asker -> !asker.until().isAfter(now)).toList();
      bringing.removeAll(late);
      late.forEach(asker -> asker.replyTo().tell(new Answer.Shown(ContentOutcome.ACK_TIMEOUT)));
    }
  }

  /** One clock for everything that may be due; it follows from what is known. */
  void arm(Optional<Link> receiver) {
    var next = nextLook(receiver);
    if (receiver.isPresent() && !isLooking) {
      next = earlier(next, push.next().orElse(Instant.MAX)); // a look brings it anyway
    }
    for (Asker asker : bringing) {
      next = earlier(next, asker.until());
    }
    if (!next.equals(Instant.MAX)) {
      timers.startSingleTimer(CLOCK, new ContentDue(), until(next));
    } else if (timers.isTimerActive(CLOCK)) {
      timers.cancel(CLOCK);
    }
  }

  private Instant nextLook(Optional<Link> receiver) {
    return receiver.isEmpty() || isLooking ? Instant.MAX : lookAgain;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private Duration until(Instant at) {
    var rest = Duration.between(now(), at);
    return rest.isPositive() ? rest.plusMillis(1) : Duration.ofMillis(1);
  }

  private Instant now() {
    return around.clock().instant();
  }
}
