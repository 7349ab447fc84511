package io.muster.actors.device;

import io.muster.actors.device.DeviceEvent.TokenIssued;
import io.muster.actors.device.DeviceEvent.TokenUsed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which tokens may open the door. A verified signature is enough for tokens made elsewhere; of
 * those issued here a newer one ends the older ones when it is first used, and a revocation ends
 * all there were.
 *
 * @param live issued here, oldest first; at most {@link #LIVE_MAX}
 * @param ended issued here and ended by the use of a newer one, oldest first; the last {@link
 *     #ENDED_MAX}
 * @param revokedAt tokens issued until then are ended, unless they are among the live
 */
public record Credentials(List<Issued> live, List<String> ended, Optional<Instant> revokedAt) {
  public static final Credentials NONE = new Credentials(List.of(), List.of(), Optional.empty());
  public static final int LIVE_MAX = 16;

  // The bound is on memory; a device would have to be paired so often before an ended token could
  // pass again.
  static final int ENDED_MAX = 64;

  public record Issued(String hash, Instant expiresAt, boolean used) {}

  public Credentials {
    live = List.copyOf(live);
    ended = List.copyOf(ended);
  }

  /**
   * @param issuedAt the token's {@code iat}, in whole seconds
   */
  boolean accept(String hash, Instant issuedAt) {
    if (live.stream().anyMatch(token -> token.hash().equals(hash))) {
      return true;
    }
    return !ended.contains(hash) && revokedAt.map(issuedAt::isAfter).orElse(true);
  }

  boolean isFirstUse(String hash) {
    return live.stream().anyMatch(token -> token.hash().equals(hash) && !token.used());
  }

  /** Expired ones no longer count against the bound. */
  boolean isFull(Instant now) {
    return live.stream().filter(token -> token.expiresAt().isAfter(now)).count() >= LIVE_MAX;
  }

  Credentials plus(TokenIssued event) {
    var tokens = new ArrayList<>(live);
    tokens.removeIf(token -> !token.expiresAt().isAfter(event.at()));
    tokens.add(new Issued(event.hash(), event.expiresAt(), false));
    return new Credentials(tokens, ended, revokedAt);
  }

  Credentials usedBy(TokenUsed event) {
    var older = new ArrayList<>(ended);
    var kept = new ArrayList<Issued>();
    boolean reached = false;
    for (Issued token : live) {
      boolean isUsed = token.hash().equals(event.hash());
      reached |= isUsed;
      if (isUsed) {
        kept.add(new Issued(token.hash(), token.expiresAt(), true));
      } else if (reached) {
        kept.add(token);
      } else {
        older.add(token.hash());
      }
    }
    return new Credentials(kept, last(older), revokedAt);
  }

  Credentials revokedAt(Instant at) {
    var older = new ArrayList<>(ended);
    live.forEach(token -> older.add(token.hash()));
    return new Credentials(List.of(), last(older), Optional.of(at));
  }

  private static List<String> last(List<String> hashes) {
    return hashes.subList(Math.max(0, hashes.size() - ENDED_MAX), hashes.size());
  }
}
