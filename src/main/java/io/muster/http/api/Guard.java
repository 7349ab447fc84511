package io.muster.http.api;

import io.muster.http.auth.Authenticator;
import io.muster.http.auth.Presented;
import io.muster.http.auth.Role;
import io.muster.http.auth.Verdict;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.Route;

/** Lets callers in by {@code Authorization: Bearer} and their role. */
public final class Guard extends Directives implements Access {
  private final Authenticator authenticator;

  public Guard(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  @Override
  public Route as(Role needed, Function<Caller, Route> inner) {
    return optionalHeaderValueByName(
        "Authorization",
        header ->
            header
                .flatMap(Presented::bearer)
                .map(token -> verified(token, needed, inner))
                .orElseGet(() -> complete(Problem.UNAUTHORIZED.response())));
  }

  private Route verified(String token, Role needed, Function<Caller, Route> inner) {
    return onSuccess(
        authenticator.verify(token),
        verdict ->
            switch (verdict) {
              case Verdict.User user when user.role().compareTo(needed) >= 0 ->
                  inner.apply(caller(user));
              case Verdict.User _ -> complete(Problem.FORBIDDEN.response());
              case Verdict.Device _ ->
                  complete(Problem.FORBIDDEN.because("this is a device's token").response());
              case Verdict.Refused refused ->
                  complete(Problem.UNAUTHORIZED.because(refused.message()).response());
              case Verdict.Unavailable _ -> complete(Problem.UNAVAILABLE.response());
            });
  }

  private static Caller caller(Verdict.User user) {
    return new Caller(user.org(), user.email().orElse(user.id()), user.role());
  }
}
