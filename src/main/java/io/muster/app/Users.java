package io.muster.app;

import io.muster.http.auth.Authenticator;
import io.muster.http.auth.IssuerKeys;
import io.muster.http.auth.Secret;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Who vouches for users here: our own secret, or an issuer's published keys besides. */
final class Users {
  private Users() {}

  static Authenticator authenticator(Settings settings, Clock clock, Executor executor) {
    var issuer =
        settings
            .users()
            .jwksUrl()
            .map(
                url ->
                    new IssuerKeys(
                        IssuerKeys.Settings.of(
                            URI.create(url),
                            settings.users().issuer(),
                            settings.users().audience()),
                        executor,
                        clock));
    return new Authenticator(
        Secret.of(settings.secrets().device()),
        Optional.of(Secret.of(settings.secrets().user())),
        issuer,
        settings.renewal().expired(),
        clock);
  }
}
