package io.muster.http.room;

import io.muster.actors.session.SessionJudge;
import io.muster.http.auth.Authenticator;
import io.muster.http.auth.Verdict;
import io.muster.http.auth.Verdict.Participant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Says who somebody is who wants to take part in rooms. */
public record Bouncer(Authenticator authenticator, SessionJudge sessions) {
  private static final int TOKEN_CHARS_MAX = 8_192;

  public sealed interface Outcome {
    record In(Participant one) implements Outcome {}

    record Not(RoomError why) implements Outcome {}

    /** Nobody can tell just now. */
    record Later() implements Outcome {}
  }

  /** Never fails. */
  public CompletionStage<Outcome> verified(String token) {
    return token.isEmpty() || token.length() > TOKEN_CHARS_MAX
        ? done(new Outcome.Not(RoomError.AUTH_FAILED))
        : authenticator.verify(token).thenCompose(this::judged);
  }

  private CompletionStage<Outcome> judged(Verdict verdict) {
    return switch (verdict) {
      case Verdict.User user -> unlessOver(user.participant());
      case Verdict.Participant one -> unlessOver(one);
      case Verdict.Device _, Verdict.Lapsed _ -> done(new Outcome.Not(RoomError.PERMISSION_DENIED));
      case Verdict.Refused refused ->
          done(
              new Outcome.Not(
                  refused == Verdict.Refused.EXPIRED
                      ? RoomError.TOKEN_EXPIRED
                      : RoomError.AUTH_FAILED));
      case Verdict.Unavailable _ -> done(new Outcome.Later());
    };
  }

  private CompletionStage<Outcome> unlessOver(Participant one) {
    return sessions
        .judge(one.session())
        .thenApply(
            over ->
                over.isPresent()
                    ? new Outcome.Not(RoomError.SESSION_REVOKED)
                    : new Outcome.In(one));
  }

  private static CompletionStage<Outcome> done(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }
}
