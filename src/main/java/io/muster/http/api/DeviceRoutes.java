package io.muster.http.api;

import static io.muster.http.auth.Role.*;

import io.muster.actors.DeviceId;
import io.muster.actors.Presence;
import io.muster.actors.Roster;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.*;
import io.muster.actors.device.Devices;
import io.muster.http.Json;
import io.muster.http.api.Access.Caller;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** Devices of the caller's organisation: register, list, read, change, retire; their tokens. */
final class DeviceRoutes extends Directives {
  private static final int NAME_CHARS_MAX = 200;
  private static final int PAGE_MAX = 500;
  private static final int PAGE_DEFAULT = 50;
  private static final long TOKEN_SECONDS_MIN = 60;
  private static final long TOKEN_SECONDS_MAX = 365L * 24 * 3600;
  private static final long TOKEN_SECONDS_DEFAULT = 90L * 24 * 3600;

  // A read is not made slow by what is nice to know besides.
  private static final Duration HINTS_PATIENCE = Duration.ofMillis(300);

  private final Devices devices;
  private final Roster roster;
  private final LastKnown lastKnown;
  private final DeviceTokens tokens;
  private final Access access;

  DeviceRoutes(Devices devices, Roster roster, DeviceTokens tokens, Access access) {
    this.devices = devices;
    this.roster = roster;
    this.lastKnown = new LastKnown(roster, HINTS_PATIENCE);
    this.tokens = tokens;
    this.access = access;
  }

  // formatter:off
  /** {@code /devices} */
  Route all() {
    return methods(
        get(()  -> access.as(VIEWER,   caller -> pageOf(PAGE_DEFAULT, PAGE_MAX, page -> list(caller, page)))),
        post(() -> access.as(OPERATOR, caller -> body(body -> register(caller, body)))));
  }

  /** {@code /devices/{id}} and what is below it but commands. */
  Route one(DeviceId id) {
    return concat(
        pathEndOrSingleSlash(() -> methods(
            get(()    -> access.as(VIEWER,   caller -> answer(read(caller, id)))),
            patch(()  -> access.as(OPERATOR, caller -> body(body -> amend(caller, id, amendment(body))))),
            delete(() -> access.as(ADMIN,    caller -> answer(retire(caller, id)))))),
        path("tags",    () -> methods(
            put(()    -> access.as(OPERATOR, caller -> body(body -> amend(caller, id, tags(body))))))),
        path("disable", () -> methods(
            post(()   -> access.as(OPERATOR, caller -> answer(amend(caller, id, able(true)))))) ),
        path("enable",  () -> methods(
            post(()   -> access.as(OPERATOR, caller -> answer(amend(caller, id, able(false)))))) ),
        path("tokens",  () -> methods(
            post(()   -> access.as(ADMIN,    caller -> body(body -> tokens.ifOurs(() -> issueToken(caller, id, body))))),
            delete(() -> access.as(ADMIN,    caller -> answer(tokens.ifOurs(() -> revokeTokens(caller, id))))))));
  }
  // formatter:on

  // ── lists ──

  private Route list(Caller caller, PageAsked page) {
    return parameterOptional(
        "status",
        status ->
            parameterOptional(
                "tag",
                tag ->
                    parameterOptional(
                        "q",
                        text ->
                            answer(
                                roster
                                    .list(
                                        caller.org(),
                                        new Roster.Filter(
                                            status.map(Presence::of),
                                            tag.map(Tags::one),
                                            text.filter(t -> !t.isBlank())
                                                .map(DeviceRoutes::bounded)),
                                        page.size(),
                                        page.token())
                                    .thenApply(
                                        found ->
                                            Answers.json(
                                                200, Answers.page(found, Json::device)))))));
  }

  private static String bounded(String text) {
    Body.require(
        text.length() <= NAME_CHARS_MAX, "q has at most %d characters".formatted(NAME_CHARS_MAX));
    return text;
  }

  // ── one device ──

  private CompletionStage<HttpResponse> register(Caller caller, Body body) {
    var id = new DeviceId(body.needText("id", 128));
    var name = body.text("name", NAME_CHARS_MAX);
    var tags = Tags.of(body.texts("tags", Tags.MAX).orElse(java.util.List.of()));
    body.complete();
    return shown(
        devices.ask(id, replyTo -> new Register(caller.org(), name, tags, caller.name(), replyTo)));
  }

  private CompletionStage<HttpResponse> read(Caller caller, DeviceId id) {
    return shown(devices.ask(id, replyTo -> new Describe(caller.org(), replyTo)));
  }

  private CompletionStage<HttpResponse> shown(CompletionStage<Answer> answer) {
    return answer.thenCompose(
        a ->
            a instanceof Answer.Described described
                ? lastKnown.of(described.device()).thenApply(d -> Answers.json(200, Json.device(d)))
                : CompletableFuture.completedFuture(device(a)));
  }

  private record Amendment(
      Optional<String> name,
      Optional<java.util.SortedSet<String>> tags,
      Optional<Boolean> disabled) {}

  private static Amendment amendment(Body body) {
    var amendment =
        new Amendment(
            body.text("name", NAME_CHARS_MAX),
            body.texts("tags", Tags.MAX).map(Tags::of),
            body.flag("disabled"));
    body.complete();
    Body.require(
        amendment.name().isPresent()
            || amendment.tags().isPresent()
            || amendment.disabled().isPresent(),
        "one of name, tags and disabled is needed");
    return amendment;
  }

  private static Amendment tags(Body body) {
    var tags = body.texts("tags", Tags.MAX);
    body.complete();
    Body.require(tags.isPresent(), "tags is missing");
    return new Amendment(Optional.empty(), tags.map(Tags::of), Optional.empty());
  }

  private static Amendment able(boolean disabled) {
    return new Amendment(Optional.empty(), Optional.empty(), Optional.of(disabled));
  }

  private CompletionStage<HttpResponse> amend(Caller caller, DeviceId id, Amendment change) {
    return shown(
        devices.ask(
            id,
            replyTo ->
                new Amend(
                    caller.org(),
                    change.name(),
                    change.tags(),
                    change.disabled(),
                    caller.name(),
                    replyTo)));
  }

  private CompletionStage<HttpResponse> retire(Caller caller, DeviceId id) {
    return devices
        .ask(id, replyTo -> new Retire(caller.org(), caller.name(), replyTo))
        .thenApply(DeviceRoutes::done);
  }

  // ── tokens ──

  private CompletionStage<HttpResponse> issueToken(Caller caller, DeviceId id, Body body) {
    long seconds =
        body.whole("expiresInSeconds", TOKEN_SECONDS_MIN, TOKEN_SECONDS_MAX)
            .orElse(TOKEN_SECONDS_DEFAULT);
    body.complete();
    return tokens
        .issue(caller.org(), id, Duration.ofSeconds(seconds), caller.name())
        .thenApply(
            issued ->
                switch (issued) {
                  case DeviceTokens.Issued.Token t ->
                      Answers.json(
                          201,
                          Json.object()
                              .put("token", t.token())
                              .put("expiresAt", Json.instant(t.expiresAt())));
                  case DeviceTokens.Issued.No no -> Answers.refusal(no.why());
                });
  }

  private CompletionStage<HttpResponse> revokeTokens(Caller caller, DeviceId id) {
    return devices
        .ask(id, replyTo -> new RevokeTokens(caller.org(), "revoked", caller.name(), replyTo))
        .thenApply(DeviceRoutes::done);
  }

  // ── answers ──

  /** An answer that does not merely describe. */
  private static HttpResponse device(Answer answer) {
    return switch (answer) {
      case Answer.Created a ->
          Answers.json(
              201, Json.device(a.device()), Answers.location("/api/v1/devices/" + a.device().id()));
      case Answer.No no -> Answers.refusal(no.why());
      case Answer.Described _,
          Answer.Done _,
          Answer.Accepted _,
          Answer.AcceptedBefore _,
          Answer.Command _,
          Answer.Pending _,
          Answer.Shown _,
          Answer.ContentIs _ ->
          throw new IllegalStateException("a device described itself by " + answer);
    };
  }

  private static HttpResponse done(Answer answer) {
    return answer instanceof Answer.No no ? Answers.refusal(no.why()) : Answers.nothing();
  }
}
