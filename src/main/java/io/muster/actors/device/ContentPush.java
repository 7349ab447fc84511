package io.muster.actors.device;

import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.Push;
import io.muster.actors.content.Desired;
import io.muster.actors.device.Answer.ContentOutcome;
import io.muster.actors.device.DeviceCommand.ContentReaction;
import io.muster.actors.device.DeviceCommand.Link;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the client of the present connection has of its content. It is sent until the client has
 * acknowledged it, with growing pauses; one thing at a time, the newest.
 */
final class ContentPush {
  private final DeviceSettings settings;
  private final Telemetry telemetry;
  private final Clock clock;

  private Stage stage = NOTHING;
  private int failures;

  // Some clients open a new connection when they cannot show something: it must not be sent to them
  // at once again.
  private Optional<Waiting> refused = Optional.empty();

  private sealed interface Stage {
    /** What this is about. */
    Optional<Desired> content();
  }

  /** The client has nothing that we know of. */
  private record Nothing() implements Stage {
    @Override
    public Optional<Desired> content() {
      return Optional.empty();
    }
  }

  private record InFlight(Desired sent, Instant since) implements Stage {
    @Override
    public Optional<Desired> content() {
      return Optional.of(sent);
    }
  }

  /** It was not acknowledged, and is sent again then. */
  private record Waiting(Desired sent, Instant until) implements Stage {
    @Override
    public Optional<Desired> content() {
      return Optional.of(sent);
    }
  }

  private record Shown(Desired shown, ContentOutcome how) implements Stage {
    @Override
    public Optional<Desired> content() {
      return Optional.of(shown);
    }
  }

  private static final Nothing NOTHING = new Nothing();

  ContentPush(DeviceSettings settings, Telemetry telemetry, Clock clock) {
    this.settings = settings;
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /** Another connection, or none. */
  void startAgain() {
    stage = NOTHING;
    failures = 0;
  }

  /**
   * Sends what the client does not have and is not just being sent.
   *
   * @return what came of it, or nothing yet
   */
  Optional<ContentOutcome> bring(Optional<Desired> wanted, Optional<Link> receiver) {
    if (wanted.isEmpty()) {
      if (!(stage instanceof Shown)) {
        stage = NOTHING; // what was on its way need not arrive any more
      }
      return Optional.of(ContentOutcome.NOTHING);
    }
    if (receiver.isEmpty()) {
      return Optional.of(ContentOutcome.NO_SOCKETS);
    }
    var content = wanted.get();
    if (!isAbout(content)) {
      failures = 0;
      stage = refused.filter(r -> r.sent().isSame(content)).map(Stage.class::cast).orElse(NOTHING);
    }
    return switch (stage) {
      case Shown s -> Optional.of(s.how());
      case InFlight _ -> Optional.empty();
      case Waiting w when now().isBefore(w.until()) -> Optional.empty();
      case Waiting _, Nothing _ -> send(content, receiver.get());
    };
  }

  private boolean isAbout(Desired content) {
    return stage.content().filter(content::isSame).isPresent();
  }

  private Optional<ContentOutcome> send(Desired content, Link link) {
    link.session().tell(new ToSession.Show(content));
    if (link.acknowledges()) {
      stage = new InFlight(content, now());
      return Optional.empty();
    }
    telemetry.contentPushed(Push.UNCONFIRMED, Duration.ZERO);
    stage = new Shown(content, ContentOutcome.UNCONFIRMED);
    return Optional.of(ContentOutcome.UNCONFIRMED);
  }

  /** Nothing when the client spoke of what it need not show any more. */
  Optional<ContentOutcome> reacted(ContentReaction c) {
    var content = stage.content().filter(c::isAbout);
    if (content.isEmpty() || stage instanceof Shown) {
      return Optional.empty();
    }
    if (c.reaction().isAccepted()) {
      count(Push.ACKNOWLEDGED);
      failures = 0;
      refused = Optional.empty();
      stage = new Shown(content.get(), ContentOutcome.DELIVERED);
      return Optional.of(ContentOutcome.DELIVERED);
    }
    count(Push.FAILED);
    var waiting = waiting(content.get());
    refused = Optional.of(waiting);
    stage = waiting;
    return Optional.of(ContentOutcome.NEGATIVE_ACK);
  }

  /** One that was not answered in time is sent again after a while. */
  void giveUpWaiting() {
    if (stage instanceof InFlight f && !now().isBefore(f.since().plus(settings.ackTimeout()))) {
      count(Push.UNANSWERED);
      stage = waiting(f.sent());
    }
  }

  private Waiting waiting(Desired content) {
    return new Waiting(content, now().plus(settings.backoffAfter(++failures)));
  }

  boolean isInFlight() {
    return stage instanceof InFlight;
  }

  /** When to look again, if nothing comes before. */
  Optional<Instant> next() {
    return switch (stage) {
      case InFlight f -> Optional.of(f.since().plus(settings.ackTimeout()));
      case Waiting w -> Optional.of(w.until());
      case Shown _, Nothing _ -> Optional.empty();
    };
  }

  private void count(Push outcome) {
    var after =
        stage instanceof InFlight f ? Duration.between(f.since(), now()) : settings.ackTimeout();
    telemetry.contentPushed(outcome, after);
  }

  private Instant now() {
    return clock.instant();
  }
}
