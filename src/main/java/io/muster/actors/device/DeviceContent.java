package io.muster.actors.device;

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
 * What a device shall show, and what its client has of it. Looked up on connect, on change and from
 * time to time; sent until the client has acknowledged it. Nothing here is persisted but the
 * numbering, which is in the state: the source knows the content, and a client that connects gets
 * it again.
 */
final class DeviceContent {
  private static final String CLOCK = "content";

  // A client that was told to fetch its content needs a while to do so.
  private static final Duration BETWEEN_SIGNALS = Duration.ofSeconds(60);

  // A source that is away is asked again after this and up to as much again, not by all at once.
  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(5);

  // A pull is answered from what was looked up just now.
  private static final Duration FRESH = Duration.ofSeconds(1);

  private static final int ASKERS_MAX = 64;

  // A playlist is the same text for many devices.
  private static final Interner<String> PLAYLISTS = Interner.newWeakInterner();

  private final DeviceId id;
  private final Device.Surroundings around;
  private final ActorContext<DeviceCommand> ctx;
  private final TimerScheduler<DeviceCommand> timers;

  private Optional<Desired> desired = Optional.empty();
  private Instant lookedAt = Instant.MIN;
  private Instant lookAgain = Instant.MAX;
  private boolean isLooking;
  private boolean isToLookAgain;

  // ── what the client of the present connection has ──
  private Optional<Desired> shown = Optional.empty();
  private ContentOutcome how = ContentOutcome.DELIVERED;
  private Optional<Desired> sent = Optional.empty();
  private Instant sentAt = Instant.MIN;
  private Instant retryAt = Instant.MIN;
  private int failures;
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
  }

  // ── looking at the source ──

  /** A client has connected, or was found again; it may have nothing yet. */
  void connected(DeviceState state, Optional<Link> receiver) {
    shown = Optional.empty();
    sent = Optional.empty();
    retryAt = Instant.MIN;
    failures = 0;
    signalledAt = Instant.MIN;
    if (mayHaveChanged(state)) {
      look(state);
    } else {
      bring(receiver);
    }
  }

  /** The device has come back from a failure: what it was about to tell nobody knows any more. */
  void forget() {
    desired = Optional.empty();
    lookedAt = Instant.MIN;
    lookAgain = Instant.MAX;
    isLooking = false;
    isToLookAgain = false;
    shown = Optional.empty();
    sent = Optional.empty();
    giveUp(Refusal.JOURNAL_UNAVAILABLE);
  }

  /** Of a source that tells of every change, only what was never looked up is news. */
  private boolean mayHaveChanged(DeviceState state) {
    return around.outside().content().changesByItself()
        || lookedAt.equals(Instant.MIN) && !state.content().isEmpty();
  }

  void show(DeviceState state, Instant until, ActorRef<Answer> replyTo) {
    if (bringing.isEmpty()) {
      bringing = new ArrayList<>(1);
    } else if (bringing.size() == ASKERS_MAX) {
      bringing.removeFirst().replyTo().tell(new Answer.Shown(ContentOutcome.ACK_TIMEOUT));
    }
    bringing.add(new Asker(until, replyTo));
    look(state);
  }

  void describe(DeviceState state, ActorRef<Answer> replyTo) {
    boolean isFresh =
        around.outside().content().changesByItself()
            ? lookedAt.isAfter(now().minus(FRESH))
            : !mayHaveChanged(state);
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

  /** What is found by a look that began before a change is looked at once more. */
  private void look(DeviceState state) {
    if (isLooking) {
      isToLookAgain = true;
      return;
    }
    isLooking = true;
    isToLookAgain = false;
    OrgId org = state.profile().orElseThrow().org();
    ctx.pipeToSelf(
        around.outside().content().resolve(id, org).thenApply(DeviceContent::found),
        (found, failure) -> failure == null ? found : new ContentUnknown());
  }

  /** Off the event loop: a print of a long playlist takes its time. */
  private static ContentFound found(Effective effective) {
    return new ContentFound(
        effective, effective.content().map(c -> Numbering.print(c.playlist())).orElse(0L));
  }

  /** The number that has to be journalled before this content is told to anybody, if it is new. */
  Optional<Numbered> found(DeviceState state, ContentFound found) {
    isLooking = false;
    lookedAt = now();
    lookAgain = earlier(found.effective().until().orElse(Instant.MAX), recheckAt());
    var number = found.effective().content().map(c -> state.content().number(c, found.print()));
    desired = found.effective().content().map(c -> desired(c, number.orElseThrow()));
    return number.filter(n -> !state.content().knows(n));
  }

  /** Not by the whole fleet at once, though it may have come at once. */
  private Instant recheckAt() {
    if (!around.outside().content().changesByItself()) {
      return Instant.MAX;
    }
    long millis = around.outside().times().content().toMillis();
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
      look(state);
      return;
    }
    describing.forEach(asker -> asker.tell(new Answer.ContentIs(desired)));
    describing = List.of();
    bring(receiver);
  }

  /** The client keeps what it has; those who wait are told that nobody knows. */
  void unknown() {
    isLooking = false;
    lookAgain =
        now().plus(UNKNOWN_FOR).plusMillis(around.chance().nextLong(UNKNOWN_FOR.toMillis()));
    giveUp(Refusal.READ_MODEL_UNAVAILABLE);
  }

  private void giveUp(Refusal why) {
    describing.forEach(asker -> asker.tell(new Answer.No(why)));
    describing = List.of();
    bringing.forEach(asker -> asker.replyTo().tell(new Answer.No(why)));
    bringing = List.of();
  }

  // ── bringing it to the client ──

  /** Sends what the client does not have and is not just being sent. */
  void bring(Optional<Link> receiver) {
    if (isLooking) {
      return;
    }
    if (desired.isEmpty()) {
      answer(ContentOutcome.NOTHING);
    } else if (receiver.isEmpty()) {
      if (!bringing.isEmpty()) {
        count(Push.NOT_SENT);
      }
      answer(ContentOutcome.NO_SOCKETS);
    } else if (shown.filter(desired.get()::isSame).isPresent()) {
      answer(how);
    } else if (sent.filter(desired.get()::isSame).isEmpty()) {
      failures = 0;
      send(receiver.get());
    } else if (!isInFlight() && !now().isBefore(retryAt)) {
      send(receiver.get());
    }
  }

  private boolean isInFlight() {
    return sent.isPresent() && retryAt.equals(Instant.MAX);
  }

  private void send(Link link) {
    sent = desired;
    sentAt = now();
    retryAt = Instant.MAX; // until the client answers, or has had the time to
    link.session().tell(new ToSession.Show(desired.get()));
    if (!link.acknowledges()) {
      count(Push.UNCONFIRMED);
      arrived(ContentOutcome.UNCONFIRMED);
    }
  }

  void reacted(ContentReaction c) {
    var subject =
        sent.filter(s -> s.playlistId().equals(c.playlistId()) && s.version().equals(c.version()));
    if (subject.isEmpty()) {
      return; // of something that it need not show any more
    }
    if (c.reaction().isAccepted()) {
      count(Push.ACKNOWLEDGED);
      arrived(ContentOutcome.DELIVERED);
    } else {
      count(Push.FAILED);
      failed();
      answer(ContentOutcome.NEGATIVE_ACK);
    }
  }

  private void arrived(ContentOutcome outcome) {
    shown = sent;
    how = outcome;
    sent = Optional.empty();
    failures = 0;
    if (shown.filter(s -> desired.filter(s::isSame).isPresent()).isPresent()) {
      answer(outcome);
    }
  }

  private void count(Push outcome) {
    var began = sent.isPresent() ? sentAt : now();
    around.telemetry().contentPushed(outcome, Duration.between(began, now()));
  }

  private void failed() {
    retryAt = now().plus(around.settings().backoffAfter(++failures));
  }

  void disconnected() {
    sent = Optional.empty();
    shown = Optional.empty();
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
    if (desired.isEmpty() || desired.get().version().equals(reported) || isInFlight()) {
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
    if (isInFlight() && !now.isBefore(sentAt.plus(around.settings().ackTimeout()))) {
      count(Push.UNANSWERED);
      failed();
    }
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
    if (sent.isPresent() && receiver.isPresent()) {
      next = earlier(next, isInFlight() ? sentAt.plus(around.settings().ackTimeout()) : retryAt);
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
