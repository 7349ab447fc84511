package io.muster.http.api;

import static io.muster.http.auth.Role.OPERATOR;
import static io.muster.http.auth.Role.VIEWER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Refusal;
import io.muster.actors.Tenants;
import io.muster.actors.content.Desired;
import io.muster.actors.content.PushedContents;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.CheckToken;
import io.muster.actors.device.DeviceCommand.Describe;
import io.muster.actors.device.DeviceCommand.DescribeContent;
import io.muster.actors.device.DeviceCommand.Identify;
import io.muster.actors.device.DeviceCommand.ShowContent;
import io.muster.actors.device.Devices;
import io.muster.http.Json;
import io.muster.http.auth.Authenticator;
import io.muster.http.auth.Verdict;
import io.muster.http.edge.Allowance;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * What devices show: given by operators, read by viewers, and fetched by the device itself, which
 * gets here exactly what it is told on its socket.
 */
final class ContentRoutes extends Directives {
  // 40 a minute, and a burst of all of them: a client that starts asks some times in a row.
  private static final Allowance ONE_TOKEN = allowance(Duration.ofMillis(1_500), 40);
  private static final int TOKENS_MAX = 10_000;

  /** Callers give up after 5 s; delivery goes on after the answer. */
  private static final Duration DELIVERY = Duration.ofSeconds(3);

  private static final Problem NOT_PUSHED =
      Problem.of(
          409, "content_not_pushed", "What devices show comes from the CMS; change it there.");

  private final Devices devices;
  private final Optional<PushedContents> pushed;
  private final Tenants tenants;
  private final Authenticator authenticator;
  private final Access access;
  private final Clock clock;
  private final Turns turns = new Turns(ONE_TOKEN, TOKENS_MAX);

  ContentRoutes(
      Devices devices,
      Optional<PushedContents> pushed,
      Tenants tenants,
      Authenticator authenticator,
      Access access,
      Clock clock) {
    this.devices = devices;
    this.pushed = pushed;
    this.tenants = tenants;
    this.authenticator = authenticator;
    this.access = access;
    this.clock = clock;
  }

  private static Allowance allowance(Duration interval, int burst) {
    return new Allowance(interval.toNanos(), interval.toNanos() * (burst - 1));
  }

  // formatter:off
  /** {@code /devices/{id}/content} */
  Route of(DeviceId id) {
    return methods(
        get(()    -> access.as(VIEWER,   caller -> answer(read(caller.org(), id)))),
        put(()    -> access.as(OPERATOR, caller -> json(playlist -> show(caller.org(), id, playlist)))),
        delete(() -> access.as(OPERATOR, caller -> answer(remove(caller.org(), id)))));
  }
  // formatter:on

  // ── people ──

  private CompletionStage<HttpResponse> read(OrgId org, DeviceId id) {
    return described(org, id)
        .thenApply(
            answer ->
                content(
                    answer,
                    desired -> {
                      var json = Json.object().put("deviceId", id.value());
                      return Answers.json(200, json.setAll(content(desired)));
                    }));
  }

  private CompletionStage<HttpResponse> show(OrgId org, DeviceId id, JsonNode playlist) {
    return ifKnown(
        org,
        id,
        contents -> contents.put(id, org, playlist),
        outcome ->
            described(org, id)
                .thenApply(
                    answer ->
                        content(
                            answer, desired -> Answers.json(200, shown(id, desired, outcome)))));
  }

  private static ObjectNode shown(
      DeviceId id, Optional<Desired> desired, Answer.ContentOutcome outcome) {
    var json = Json.object().put("deviceId", id.value());
    desired.ifPresent(
        content ->
            json.put("playlistId", content.playlistId())
                .put("version", content.version())
                .put("source", content.source()));
    return json.put("delivery", outcome.name().toLowerCase(Locale.ROOT));
  }

  private CompletionStage<HttpResponse> remove(OrgId org, DeviceId id) {
    return ifKnown(
        org,
        id,
        contents -> contents.remove(id, org),
        _ -> CompletableFuture.completedFuture(Answers.nothing()));
  }

  /** Content is kept for devices that there are, and the device looks at it at once. */
  private CompletionStage<HttpResponse> ifKnown(
      OrgId org,
      DeviceId id,
      Function<PushedContents, CompletionStage<Void>> change,
      Function<Answer.ContentOutcome, CompletionStage<HttpResponse>> then) {
    if (pushed.isEmpty()) {
      return completed(NOT_PUSHED.response());
    }
    return devices
        .ask(id, replyTo -> new Describe(org, replyTo))
        .thenCompose(
            known ->
                switch (known) {
                  case Answer.No no -> completed(Answers.refusal(no.why()));
                  case Answer.Described described when described.device().retired() ->
                      completed(Answers.refusal(Refusal.DEVICE_RETIRED));
                  default ->
                      change
                          .apply(pushed.get())
                          .thenCompose(_ -> looked(org, id))
                          .thenCompose(
                              looked ->
                                  switch (looked) {
                                    case Answer.Shown shown -> then.apply(shown.outcome());
                                    case Answer.No no -> completed(Answers.refusal(no.why()));
                                    default -> throw unexpected(looked);
                                  });
                });
  }

  private CompletionStage<Answer> looked(OrgId org, DeviceId id) {
    var answerBy = clock.instant().plus(DELIVERY);
    return devices.ask(id, replyTo -> new ShowContent(org, answerBy, replyTo));
  }

  private static CompletionStage<HttpResponse> completed(HttpResponse answer) {
    return CompletableFuture.completedFuture(answer);
  }

  // ── the device itself ──

  /** {@code /devices/me/content} */
  Route mine() {
    return get(() -> bearer(this::mine, () -> complete(DeviceAnswers.invalid())));
  }

  private Route mine(String token) {
    return onSuccess(
        authenticator.verify(token),
        verdict ->
            switch (verdict) {
              case Verdict.Device device -> inTurn(device);
              case Verdict.Lapsed _ -> complete(DeviceAnswers.no(Verdict.Refused.EXPIRED));
              case Verdict.User _, Verdict.Participant _ -> complete(DeviceAnswers.invalid());
              case Verdict.Refused refused -> complete(DeviceAnswers.no(refused));
              case Verdict.Unavailable _ -> complete(Problem.UNAVAILABLE.response());
            });
  }

  /** Counted for tokens whose signature holds only, or strangers could fill the table. */
  private Route inTurn(Verdict.Device device) {
    var wait = turns.take(device.tokenHash());
    return wait.isZero() ? answer(mine(device)) : complete(Problem.RATE_LIMITED.response(wait));
  }

  private CompletionStage<HttpResponse> mine(Verdict.Device device) {
    var proof = device.proof(false);
    return devices
        .ask(device.id(), replyTo -> new CheckToken(device.org(), proof, replyTo))
        .thenCompose(
            checked ->
                checked instanceof Answer.No no ? completed(no(no.why())) : permitted(device));
  }

  private CompletionStage<HttpResponse> permitted(Verdict.Device device) {
    return tenants.isSuspended(device.org())
        ? completed(DeviceAnswers.suspended())
        : described(device.org(), device.id()).thenApply(ContentRoutes::enveloped);
  }

  private static HttpResponse enveloped(Answer answer) {
    var known =
        answer.equals(new Answer.No(Refusal.DEVICE_NOT_FOUND))
            // A good token of a device that has not come yet: there is nothing for it.
            ? new Answer.ContentIs(Optional.empty())
            : answer;
    return known instanceof Answer.No no
        ? no(no.why())
        : content(
            known,
            desired -> {
              var json = Json.object().put("success", true);
              json.set("data", content(desired));
              return DeviceAnswers.ok(json);
            });
  }

  /**
   * Never 410: that is for the check of the token alone. Whoever is turned away here asks there
   * before it gives anything up.
   */
  private static HttpResponse no(Refusal why) {
    return switch (why) {
      case DEVICE_RETIRED, TOKEN_REVOKED -> DeviceAnswers.no(401, "DEVICE_REVOKED");
      case DEVICE_NOT_FOUND -> DeviceAnswers.invalid();
      default -> Answers.refusal(why);
    };
  }

  // ── answers ──

  /** One that has never come may still be known where the rows of a CMS say who is a device. */
  private CompletionStage<Answer> described(OrgId org, DeviceId id) {
    return asked(org, id)
        .thenCompose(
            answer ->
                answer.equals(new Answer.No(Refusal.DEVICE_NOT_FOUND))
                    ? devices
                        .ask(id, Identify::new)
                        .thenCompose(
                            found ->
                                found instanceof Answer.Described
                                    ? asked(org, id)
                                    : CompletableFuture.completedFuture(found))
                    : CompletableFuture.completedFuture(answer));
  }

  private CompletionStage<Answer> asked(OrgId org, DeviceId id) {
    return devices.ask(id, replyTo -> new DescribeContent(org, replyTo));
  }

  private static HttpResponse content(
      Answer answer, Function<Optional<Desired>, HttpResponse> write) {
    return switch (answer) {
      case Answer.ContentIs is -> write.apply(is.content());
      case Answer.No no -> Answers.refusal(no.why());
      default -> throw unexpected(answer);
    };
  }

  /** The fields of the push; its playlist is JSON already and is not read again. */
  private static ObjectNode content(Optional<Desired> desired) {
    var json = Json.object();
    desired.ifPresentOrElse(
        content -> {
          json.put("source", content.source()).put("version", content.version());
          json.putRawValue("playlist", new RawValue(content.playlist()));
        },
        () -> json.putNull("source").put("version", "").putNull("playlist"));
    return json;
  }

  private static IllegalStateException unexpected(Answer answer) {
    return new IllegalStateException("a device answered about its content with " + answer);
  }
}
