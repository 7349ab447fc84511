package io.muster.http.api;

import io.muster.actors.Refusal;
import io.muster.actors.Tenants;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.CheckToken;
import io.muster.actors.device.Devices;
import io.muster.http.Json;
import io.muster.http.auth.Authenticator;
import io.muster.http.auth.Verdict;
import io.muster.http.edge.Allowance;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * What a device asks before it gives up its credential: is this token really gone? Answered in the
 * few words that shipped clients read, never in an envelope or as a problem; only 410 is the end. A
 * device of a suspended organisation holds until it is told that it is resumed.
 */
final class TokenCheckRoute extends Directives {
  // Clients ask once after 30 s at the earliest; two cover a restart in between.
  private static final long INTERVAL = Duration.ofSeconds(15).toNanos();
  private static final Allowance ONE_TOKEN = new Allowance(INTERVAL, INTERVAL);
  private static final int TOKENS_MAX = 10_000;

  private final Devices devices;
  private final Tenants tenants;
  private final Authenticator authenticator;
  private final Turns turns = new Turns(ONE_TOKEN, TOKENS_MAX);

  TokenCheckRoute(Devices devices, Tenants tenants, Authenticator authenticator) {
    this.devices = devices;
    this.tenants = tenants;
    this.authenticator = authenticator;
  }

  /** {@code /devices/auth/check} */
  Route check() {
    return get(() -> bearer(this::check, () -> complete(DeviceAnswers.invalid())));
  }

  private Route check(String token) {
    return onSuccess(
        authenticator.verify(token),
        verdict ->
            switch (verdict) {
              case Verdict.Device device -> inTurn(device, false);
              case Verdict.Lapsed lapsed -> inTurn(lapsed.device(), true);
              case Verdict.User _, Verdict.Participant _ -> complete(DeviceAnswers.invalid());
              case Verdict.Refused refused -> complete(DeviceAnswers.no(refused));
              case Verdict.Unavailable _ -> complete(Problem.UNAVAILABLE.response());
            });
  }

  /** Counted for tokens whose signature holds only, or strangers could fill the table. */
  private Route inTurn(Verdict.Device device, boolean isLapsed) {
    var wait = turns.take(device.tokenHash());
    return wait.isZero()
        ? answer(ask(device, isLapsed))
        : complete(Problem.RATE_LIMITED.response(wait));
  }

  private CompletionStage<HttpResponse> ask(Verdict.Device device, boolean isLapsed) {
    var proof = device.proof(isLapsed);
    return devices
        .ask(device.id(), replyTo -> new CheckToken(device.org(), proof, replyTo))
        .thenApply(answer -> answer instanceof Answer.No no ? no(no.why()) : good(device));
  }

  private static HttpResponse no(Refusal why) {
    return switch (why) {
      case DEVICE_RETIRED, TOKEN_REVOKED -> DeviceAnswers.no(410, "DEVICE_REVOKED");
      case DEVICE_NOT_FOUND -> DeviceAnswers.invalid();
      default -> Answers.refusal(why);
    };
  }

  private HttpResponse good(Verdict.Device device) {
    return tenants.isSuspended(device.org())
        ? DeviceAnswers.suspended()
        : DeviceAnswers.ok(Json.object().put("status", "ok"));
  }
}
