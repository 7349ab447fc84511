package io.muster.actors.session;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.muster.actors.EveryNode;
import io.muster.actors.Telemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the sessions of users before their tokens expire. What is revoked here is kept in a table,
 * told to every node at once, and read from the table again for those who missed it; what other
 * programs revoke is seen by their markers. Live connections are looked through twice a second in
 * one question for all of them, so that none outlives its session by more than one.
 *
 * <p>When the markers cannot be read, what is known here decides, and nobody else is ended: an
 * outage is no verdict. The next look-through after it finds whoever came in meanwhile.
 */
public final class Revocations implements SessionJudge {
  private static final Logger log = LoggerFactory.getLogger(Revocations.class);

  // Half a second, and at most the other half until Redis has answered.
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  // A push that got lost is made up for by then.
  private static final Duration READ_EVERY = Duration.ofSeconds(5);

  // Clocks of nodes differ, and a transaction may commit some seconds after its time was taken.
  private static final Duration OVERLAP = Duration.ofMinutes(1);

  /** Some 15,000 keys: more than that is asked in turns. */
  static final int LOOK_MAX = 5_000;

  // A page that loads makes a dozen requests with one token.
  private static final Duration REMEMBERED = Duration.ofSeconds(1);
  private static final int REMEMBERED_MAX = 10_000;

  private final RevocationTable table;
  private final Optional<RevocationMarkers> markers;
  private final SignedIn signedIn;
  private final Telemetry telemetry;
  private final Clock clock;
  private final KnownRevocations known = new KnownRevocations();
  private final AsyncCache<UserSession, Optional<Cause>> judged =
      Caffeine.newBuilder()
          .expireAfterWrite(REMEMBERED)
          .maximumSize(REMEMBERED_MAX)
          .executor(Runnable::run)
          .buildAsync();
  private final AtomicBoolean isLooking = new AtomicBoolean();
  private final AtomicBoolean isReading = new AtomicBoolean();
  private EveryNode<Revocation> nodes;
  private int turn;
  private volatile Instant readUntil = Instant.EPOCH;

  Revocations(
      RevocationTable table,
      Optional<RevocationMarkers> markers,
      SignedIn signedIn,
      Telemetry telemetry,
      Clock clock) {
    this.table = table;
    this.markers = markers;
    this.signedIn = signedIn;
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /**
   * @param markers empty where there is no Redis
   */
  public static Revocations start(
      ActorSystem<?> system,
      RevocationTable table,
      Optional<RevocationMarkers> markers,
      SignedIn signedIn,
      Telemetry telemetry,
      Clock clock) {
    var one = new Revocations(table, markers, signedIn, telemetry, clock);
    one.nodes =
        EveryNode.listening(
            system,
            "revocations",
            Revocation.class,
            DispatcherSelector.defaultDispatcher(),
            one::heard,
            one::read);
    one.every(LOOK_EVERY, system, one::look);
    one.every(READ_EVERY, system, one::read);
    one.read();
    return one;
  }

  private void every(Duration interval, ActorSystem<?> system, Runnable deed) {
    Runnable guarded =
        () -> {
          try {
            deed.run();
          } catch (RuntimeException e) {
            // Thrown on, it would end the repetition for good.
            log.error("Sessions could not be looked through", e);
          }
        };
    system
        .scheduler()
        .scheduleWithFixedDelay(interval, interval, guarded, system.executionContext());
  }

  // ── who is let in ──

  @Override
  public CompletionStage<Optional<Cause>> judge(UserSession session) {
    var cause = known.cause(session, clock.instant());
    return cause.isPresent() || markers.isEmpty()
        ? CompletableFuture.completedFuture(cause)
        : judged
            .get(session, (one, _) -> remembered(marked(markers.get(), one)))
            .exceptionally(_ -> Optional.empty());
  }

  /** A failure is not remembered; given as it is, each would be a trace in the cache's log. */
  private static <T> CompletableFuture<T> remembered(CompletionStage<T> asked) {
    var answer = new CompletableFuture<T>();
    asked.whenComplete(
        (found, failure) -> {
          if (failure == null) {
            answer.complete(found);
          } else {
            answer.cancel(false);
          }
        });
    return answer;
  }

  private static CompletionStage<Optional<Cause>> marked(
      RevocationMarkers markers, UserSession session) {
    return markers
        .find(List.of(session))
        .thenApply(found -> Optional.ofNullable(found.get(session)));
  }

  // ── who is sent away ──

  /**
   * Keeps it and tells every node. False when its organisation has too many; the stage fails when
   * it could not be kept, and then nothing has happened.
   */
  public CompletionStage<Boolean> revoke(Revocation revocation) {
    return table
        .add(revocation)
        .whenComplete(
            (kept, failure) -> {
              if (failure != null || !kept) {
                // Somebody wanted to be rid of a session and is not.
                log.warn("A revocation ({}) was not kept", revocation.kind(), failure);
              } else {
                tell(revocation);
              }
            });
  }

  private void tell(Revocation revocation) {
    nodes.tell(revocation);
    if (revocation.org().isEmpty()) {
      markers.ifPresent(m -> m.put(revocation));
    }
  }

  void heard(Revocation revocation) {
    if (known.add(revocation)) {
      endKnown(signedIn.sessions());
    } else {
      log.error("A revocation ({}) is not enforced: there are too many", revocation.kind());
    }
  }

  private void endKnown(Collection<UserSession> sessions) {
    var now = clock.instant();
    for (UserSession session : sessions) {
      known.cause(session, now).ifPresent(why -> end(session, why));
    }
  }

  private void end(UserSession session, Cause why) {
    log.info("The session of a user of {} is over: {}", session.org(), why.word());
    telemetry.sessionEnded(why);
    signedIn.end(session, why);
  }

  // ── now and then ──

  void look() {
    var sessions = signedIn.sessions();
    endKnown(sessions);
    if (markers.isPresent() && !sessions.isEmpty() && isLooking.compareAndSet(false, true)) {
      markers
          .get()
          .find(inTurn(sessions))
          .whenComplete(
              (over, failure) -> {
                isLooking.set(false);
                if (failure == null) {
                  over.forEach(this::end);
                }
              });
    }
  }

  /** All of them, or as many as may be asked at once from where the last question ended. */
  private Collection<UserSession> inTurn(Collection<UserSession> sessions) {
    if (sessions.size() <= LOOK_MAX) {
      return sessions;
    }
    var all = new ArrayList<>(sessions);
    int from = turn >= all.size() ? 0 : turn;
    turn = from + LOOK_MAX;
    return all.subList(from, Math.min(all.size(), from + LOOK_MAX));
  }

  void read() {
    if (!isReading.compareAndSet(false, true)) {
      return;
    }
    var now = clock.instant();
    known.forgetOver(now);
    table
        .since(readUntil, now)
        .whenComplete(
            (found, failure) -> {
              if (failure == null) {
                found.forEach(known::add);
                readUntil = now.minus(OVERLAP);
              }
              isReading.set(false);
            });
  }
}
