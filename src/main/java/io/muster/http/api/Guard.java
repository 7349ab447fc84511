package io.muster.http.api;

import io.muster.actors.session.SessionJudge;
import io.muster.http.auth.Authenticator;
import io.muster.http.auth.Role;
import io.muster.http.auth.Verdict;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.Route;

/** Lets callers in by {@code Authorization: Bearer} and their role. */
public final class Guard extends Directives implements Access {
  private final Authenticator authenticator;
  private final SessionJudge sessions;

  public Guard(Authenticator authenticator, SessionJudge sessions) {
    this.authenticator = authenticator;
    this.sessions = sessions;
  }

  @Override
  public Route as(Role needed, Function<Caller, Route> inner) {
    return bearer(
        token -> verified(token, needed, inner), () -> complete(Problem.UNAUTHORIZED.response()));
  }

  private Route verified(String token, Role needed, Function<Caller, Route> inner) {
    return onSuccess(
        authenticator.verify(token),
        verdict ->
            switch (verdict) {
              case Verdict.User user when user.role().compareTo(needed) >= 0 ->
                  unlessOver(user, inner);
              case Verdict.User user ->
                  forbidden(
                      "this needs the role %s, yours is %s"
                          .formatted(needed.word(), user.role().word()));
              case Verdict.Device _, Verdict.Lapsed _ ->
                  forbidden("this needs a user's token, yours is a device's");
              case Verdict.Participant _ ->
                  forbidden("this needs a user's token, yours is a participant's");
              case Verdict.Refused refused ->
                  complete(Problem.UNAUTHORIZED.because(reason(refused)).response());
              case Verdict.Unavailable _ -> complete(Problem.UNAVAILABLE.response());
            });
  }

  private Route unlessOver(Verdict.User user, Function<Caller, Route> inner) {
    return onSuccess(
        sessions.judge(user.session()),
        over ->
            over.isPresent()
                ? complete(Problem.UNAUTHORIZED.because("the session is over").response())
                : inner.apply(caller(user)));
  }

  private Route forbidden(String why) {
    return complete(Problem.FORBIDDEN.because(why).response());
  }

  private static String reason(Verdict.Refused refused) {
    return switch (refused) {
      case EXPIRED -> "the token has expired";
      case INVALID -> "the token is not valid here";
    };
  }

  private static Caller caller(Verdict.User user) {
    return new Caller(user.org(), user.email().orElse(user.id()), user.role());
  }
}
