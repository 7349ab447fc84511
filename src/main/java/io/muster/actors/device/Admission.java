package io.muster.actors.device;

import io.muster.actors.OrgId;
import io.muster.actors.Registry.Entry;
import io.muster.actors.device.DeviceCommand.Proof;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the registry last said of a device. Kept, so that no message has to ask; read again when a
 * client shows what does not fit to it, when it is old, and when somebody says that it has changed.
 */
final class Admission {
  private Optional<Entry> entry = Optional.empty();
  private Instant readAt = Instant.MIN;

  // What was read before somebody said that it has changed is not to be believed.
  private int readings;

  enum Judgement {
    ADMITTED,
    /** There is no such device, or its token is not the current one: retrying cannot help. */
    ENDED,
    /** Another program may have renewed the token; only the grace records can tell. */
    PERHAPS_RENEWED
  }

  void learned(Optional<Entry> said, Instant now) {
    entry = said;
    readAt = now;
  }

  int reading() {
    return readings;
  }

  boolean isOutdated(int reading) {
    return reading != readings;
  }

  void forget() {
    readings++;
    entry = Optional.empty();
    readAt = Instant.MIN;
  }

  Optional<Entry> entry() {
    return entry;
  }

  boolean isFresh(Instant now, Duration life) {
    return !readAt.equals(Instant.MIN) && readAt.plus(life).isAfter(now);
  }

  Judgement judge(OrgId org, Proof proof, Credentials credentials) {
    if (entry.isEmpty() || entry.get().disabled() || !entry.get().org().equals(org)) {
      return Judgement.ENDED;
    }
    return entry
        .get()
        .tokenHash()
        .map(
            current ->
                credentials.accept(proof.hash(), current)
                    ? Judgement.ADMITTED
                    : Judgement.PERHAPS_RENEWED)
        .orElse(Judgement.ENDED);
  }

  /** The registry has this token for current now. */
  void replaced(String hash) {
    entry =
        entry.map(
            e -> new Entry(e.org(), e.name(), e.disabled(), Optional.of(hash), e.qrOverlay()));
  }

  /** The token that the registry still has for current, when the one shown is a newer one. */
  Optional<String> outdated(Proof proof, Credentials credentials) {
    return entry
        .flatMap(Entry::tokenHash)
        .filter(current -> credentials.isNewer(proof.hash(), current));
  }

  /** Its client has shown another token than the one that is current elsewhere. */
  boolean isBehind(Proof proof) {
    return entry.flatMap(Entry::tokenHash).filter(c -> !c.equals(proof.hash())).isPresent();
  }
}
