package io.muster.http.api;

import static io.muster.http.auth.Role.OPERATOR;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.Pairings;
import io.muster.actors.Pairings.Bound;
import io.muster.actors.Pairings.Pairing;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.Register;
import io.muster.actors.device.DeviceCommand.Retire;
import io.muster.actors.device.Devices;
import io.muster.http.Json;
import io.muster.http.api.Access.Caller;
import io.muster.http.edge.Allowance;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Query;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Pairing by code, in the paths, bodies and envelope that existing devices know: a device shows a
 * code, an operator enters it, the device collects its token once.
 */
final class PairingRoutes extends Directives {
  private static final Duration CODE_LIFE = Duration.ofMinutes(5);
  private static final Duration TOKEN_LIFE = Duration.ofDays(90);
  private static final int CODE_CHARS = 6;

  // Without those that look or sound alike: 0 O, 1 I L, 5 S, 8 B, 2 Z.
  private static final String ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679";

  // A device asks once a minute at most and polls every two seconds; a guesser would need hundreds
  // of millions of tries.
  private static final Allowance REQUESTS = perMinute(5);
  private static final Allowance LOOKS = perMinute(40);
  private static final int ADDRESSES_MAX = 10_000;

  private final Devices devices;
  private final Pairings pairings;
  private final DeviceTokens tokens;
  private final Access access;
  private final Clock clock;
  private final SecureRandom chance = new SecureRandom();
  private final Turns requests = new Turns(REQUESTS, ADDRESSES_MAX);
  private final Turns looks = new Turns(LOOKS, ADDRESSES_MAX);

  PairingRoutes(
      Devices devices, Pairings pairings, DeviceTokens tokens, Access access, Clock clock) {
    this.devices = devices;
    this.pairings = pairings;
    this.tokens = tokens;
    this.access = access;
    this.clock = clock;
  }

  private static Allowance perMinute(int times) {
    long interval = Duration.ofMinutes(1).toNanos() / times;
    return new Allowance(interval, interval * (times - 1));
  }

  /** {@code /devices/pairing} */
  Route all() {
    return concat(
        path(
            "request",
            () ->
                post(
                    () ->
                        limited(requests, () -> here(here -> body(body -> request(body, here)))))),
        pathPrefix(
            "status",
            () ->
                path(
                    PathMatchers.segment(),
                    code -> get(() -> limited(looks, () -> answer(status(code)))))),
        path(
            "complete",
            () ->
                post(
                    () ->
                        access.as(
                            OPERATOR,
                            caller -> body(body -> tokens.ifOurs(() -> complete(caller, body)))))));
  }

  /** Loopback is exempt: whoever is there has other means. */
  private Route limited(Turns turns, Supplier<Route> inner) {
    return client(
        client -> {
          var wait =
              client.onThisMachine()
                  ? Duration.ZERO
                  : turns.take(client.address().getHostAddress());
          return wait.isZero() ? inner.get() : complete(Problem.RATE_LIMITED.response(wait));
        });
  }

  private CompletionStage<HttpResponse> request(Body body, String here) {
    var identifier = body.needText("deviceIdentifier", 256);
    var nickname = body.text("nickname", 200);
    body.any("metadata"); // existing devices send it; nothing of it is needed
    body.complete();
    var code = code();
    var expiresAt = clock.instant().plus(CODE_LIFE);
    return pairings
        .open(new Pairing(code, identifier, nickname, expiresAt, Optional.empty()))
        .thenApply(
            _ ->
                enveloped(
                    201,
                    Json.object()
                        .put("code", code)
                        .put("expiresAt", Json.instant(expiresAt))
                        .put("expiresInSeconds", CODE_LIFE.toSeconds())
                        .put("pairingUrl", here + "/#pair=" + code)));
  }

  /**
   * The address under which the device has found us: a person who reads it from the screen will,
   * too. Only a proxy knows that TLS ended before it.
   */
  private Route here(Function<String, Route> inner) {
    return client(
        client ->
            extractUri(
                asked -> {
                  var uri = asked.scheme(client.secure() ? "https" : "http");
                  return inner.apply(
                      uri.path("").query(Query.EMPTY).toString().replaceFirst("/$", ""));
                }));
  }

  private String code() {
    var code = new StringBuilder();
    for (int i = 0; i < CODE_CHARS; i++) {
      code.append(ALPHABET.charAt(chance.nextInt(ALPHABET.length())));
    }
    return code.toString();
  }

  private CompletionStage<HttpResponse> status(String code) {
    var now = clock.instant();
    return pairings
        .find(code, now)
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return CompletableFuture.completedFuture(Problem.NOT_FOUND.response());
              }
              return found.get().bound().isEmpty()
                  ? CompletableFuture.completedFuture(pending(found.get()))
                  : pairings.collect(code, now).thenApply(PairingRoutes::collected);
            });
  }

  private static HttpResponse pending(Pairing pairing) {
    return enveloped(
        200,
        Json.object().put("status", "pending").put("expiresAt", Json.instant(pairing.expiresAt())));
  }

  private static HttpResponse collected(Optional<Bound> collected) {
    return collected
        .map(
            bound ->
                enveloped(
                    200,
                    Json.object()
                        .put("status", "paired")
                        .put("deviceToken", bound.token())
                        .put("deviceId", bound.device().value())
                        .put("organizationId", bound.org().value())
                        .put("tenantId", bound.org().value())))
        .orElseGet(Problem.NOT_FOUND::response);
  }

  private CompletionStage<HttpResponse> complete(Caller caller, Body body) {
    var code = body.needText("code", 16).toUpperCase(Locale.ROOT);
    var name = body.text("name", 200);
    var tags = Tags.of(body.texts("tags", Tags.MAX).orElse(List.of()));
    body.complete();
    return pairings
        .find(code, clock.instant())
        .thenCompose(
            found ->
                found.filter(p -> p.bound().isEmpty()).isPresent()
                    ? bind(caller, found.get(), name, tags)
                    : CompletableFuture.completedFuture(Problem.NOT_FOUND.response()));
  }

  private CompletionStage<HttpResponse> bind(
      Caller caller, Pairing pairing, Optional<String> name, SortedSet<String> tags) {
    var id = new DeviceId(UUID.randomUUID().toString());
    var called = name.or(pairing::nickname);
    return devices
        .ask(id, replyTo -> new Register(caller.org(), called, tags, caller.name(), replyTo))
        .thenCompose(
            answer ->
                answer instanceof Answer.No no
                    ? CompletableFuture.completedFuture(new DeviceTokens.Issued.No(no.why()))
                    : tokens.issue(caller.org(), id, TOKEN_LIFE, caller.name()))
        .thenCompose(
            issued ->
                switch (issued) {
                  case DeviceTokens.Issued.No no ->
                      CompletableFuture.completedFuture(Answers.refusal(no.why()));
                  case DeviceTokens.Issued.Token t ->
                      pairings
                          .bind(
                              pairing.code(),
                              new Bound(id, caller.org(), t.token()),
                              clock.instant())
                          .thenCompose(
                              isBound ->
                                  isBound
                                      ? CompletableFuture.completedFuture(paired(id, caller))
                                      : takeBack(caller, id));
                });
  }

  /** Somebody else was quicker with the same code: this device will never come. */
  private CompletionStage<HttpResponse> takeBack(Caller caller, DeviceId id) {
    return devices
        .ask(id, replyTo -> new Retire(caller.org(), caller.name(), replyTo))
        .thenApply(_ -> Problem.NOT_FOUND.response());
  }

  private static HttpResponse paired(DeviceId id, Caller caller) {
    return enveloped(
        200, Json.object().put("deviceId", id.value()).put("organizationId", caller.org().value()));
  }

  private static HttpResponse enveloped(int status, ObjectNode data) {
    return Answers.json(status, Json.object().put("success", true).set("data", data));
  }
}
