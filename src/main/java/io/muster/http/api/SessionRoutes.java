package io.muster.http.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.OrgId;
import io.muster.actors.session.Revocation;
import io.muster.actors.session.Revocation.Kind;
import io.muster.actors.session.Revocations;
import io.muster.http.Json;
import io.muster.http.auth.Presented;
import io.muster.http.auth.Role;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Ends sessions of users before their tokens expire. An admin reaches the own organisation only,
 * because ids of users are not ours and may be those of another's; a service reaches all.
 */
final class SessionRoutes extends Directives {
  private static final int NAME_CHARS_MAX = 256;
  private static final Duration LIFE_MIN = Duration.ofSeconds(60);

  private final Revocations revocations;
  private final Access access;
  private final ServiceKey services;
  private final Clock clock;

  SessionRoutes(Revocations revocations, Access access, ServiceKey services, Clock clock) {
    this.revocations = revocations;
    this.access = access;
    this.services = services;
    this.clock = clock;
  }

  Route revoke() {
    return post(
        () ->
            optionalHeaderValueByName(
                Presented.INTERNAL_KEY_HEADER,
                key ->
                    key.map(this::byService)
                        .orElseGet(
                            () ->
                                access.as(
                                    Role.ADMIN,
                                    caller ->
                                        body(body -> revoke(body, Optional.of(caller.org())))))));
  }

  private Route byService(String key) {
    return services.is(key)
        ? body(body -> revoke(body, body.text("organizationId", 64).map(OrgId::new)))
        : complete(Problem.UNAUTHORIZED.because("the service key is not the one here").response());
  }

  private CompletionStage<HttpResponse> revoke(Body body, Optional<OrgId> org) {
    var revocation = read(body, org);
    return revocations
        .revoke(revocation)
        .thenApply(
            kept ->
                kept
                    ? Answers.json(200, json(revocation))
                    : Problem.RATE_LIMITED
                        .because("the organisation has as many revocations as are kept at once")
                        .response());
  }

  private Revocation read(Body body, Optional<OrgId> org) {
    var user = body.text("userId", NAME_CHARS_MAX);
    var jti = body.text("jti", NAME_CHARS_MAX);
    var reason = body.text("reason", NAME_CHARS_MAX).orElse("revoked");
    var life =
        body.whole("expiresInSeconds", LIFE_MIN.toSeconds(), Revocation.LIFE_MAX.toSeconds());
    body.complete();
    Body.require(user.isPresent() != jti.isPresent(), "either userId or jti");
    var kind = kind(reason, jti.isPresent());
    var now = clock.instant();
    return new Revocation(
        kind,
        user.or(() -> jti).orElseThrow(),
        org,
        now,
        now.plusSeconds(life.orElse(Revocation.LIFE_MAX.toSeconds())));
  }

  private static Kind kind(String reason, boolean isToken) {
    return switch (reason) {
      case "revoked" -> isToken ? Kind.TOKEN : Kind.USER;
      case "password_changed" -> {
        Body.require(!isToken, "password_changed is a reason for a userId");
        yield Kind.PASSWORD;
      }
      default -> throw new Body.NotUnderstood("reason is revoked or password_changed");
    };
  }

  private static ObjectNode json(Revocation revocation) {
    var json =
        Json.object()
            .put(revocation.kind() == Kind.TOKEN ? "jti" : "userId", revocation.subject())
            .put("reason", revocation.kind().cause().word())
            .put("until", Json.instant(revocation.until()));
    revocation.org().ifPresent(org -> json.put("organizationId", org.value()));
    return json;
  }
}
