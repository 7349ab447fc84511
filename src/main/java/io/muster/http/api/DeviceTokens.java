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
import java.util.concurrent.CompletionStage;

/**
 * Issues tokens to devices: signed here, remembered by their hash in the device's own journal
 * before anyone gets them.
 */
final class DeviceTokens {

  sealed interface Issued {
    record Token(String token, Instant expiresAt) implements Issued {}

    record No(Refusal why) implements Issued {}
  }

  private final Devices devices;
  private final TokenMint mint;

  DeviceTokens(Devices devices, TokenMint mint) {
    this.devices = devices;
    this.mint = mint;
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
