package io.muster.http.api;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Refusal;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand.IssueToken;
import io.muster.actors.device.Devices;
import io.muster.http.auth.TokenMint;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * Issues tokens to devices: signed here, remembered by their hash in the device's own journal
 * before anyone gets them. Where the rows of a CMS say which token is good, none is: a device that
 * comes with ours would be turned away, and one whose token is taken back here let in again.
 */
final class DeviceTokens {

  sealed interface Issued {
    record Token(String token, Instant expiresAt) implements Issued {}

    record No(Refusal why) implements Issued {}
  }

  private static final Problem ELSEWHERE =
      Problem.of(
          409,
          "device_registered_elsewhere",
          "The CMS says who is a device and by which token; pair and revoke there.");

  private final Devices devices;
  private final TokenMint mint;
  private final boolean isRegisteredElsewhere;

  DeviceTokens(Devices devices, TokenMint mint, boolean isRegisteredElsewhere) {
    this.devices = devices;
    this.mint = mint;
    this.isRegisteredElsewhere = isRegisteredElsewhere;
  }

  /** Does it where tokens are ours to give and to take back. */
  CompletionStage<HttpResponse> ifOurs(Supplier<CompletionStage<HttpResponse>> deed) {
    return isRegisteredElsewhere
        ? CompletableFuture.completedFuture(ELSEWHERE.response())
        : deed.get();
  }

  CompletionStage<Issued> issue(OrgId org, DeviceId id, Duration life, String by) {
    var minted = mint.device(id, org, Optional.empty(), life);
    return devices
        .ask(id, replyTo -> new IssueToken(org, minted.hash(), minted.expiresAt(), by, replyTo))
        .thenApply(
            answer ->
                answer instanceof Answer.No no
                    ? new Issued.No(no.why())
                    : new Issued.Token(minted.token(), minted.expiresAt()));
  }
}
