package io.muster.actors.device;

import io.muster.actors.device.DeviceEvent.TokenIssued;
import io.muster.actors.device.DeviceEvent.TokenRenewed;
import io.muster.actors.device.DeviceEvent.TokenUsed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which tokens may open the door. A verified signature is enough for tokens made elsewhere; of
 * those issued here a newer one ends the older ones when it is first used, and a revocation ends
 * all there were. Tokens of one descent, each made in the place of another, live until they expire:
 * a client may fail to keep the newer one.
 *
 * @param live issued here, oldest first; at most {@link #LIVE_MAX}
 * @param ended issued here and ended by the use of a newer one, oldest first; the last {@link
 *     #ENDED_MAX}
 * @param revokedAt tokens issued until then are ended, unless they are among the live
 * @param renewedAt when a client was last given a new token without asking
 */
public record Credentials(
    List<Issued> live,
    List<String> ended,
    Optional<Instant> revokedAt,
    Optional<Instant> renewedAt) {
  public static final Credentials NONE =
      new Credentials(List.of(), List.of(), Optional.empty(), Optional.empty());
  public static final int LIVE_MAX = 16;

  // The bound is on memory; a device would have to be paired so often before an ended token could
  // pass again.
  static final int ENDED_MAX = 64;

  // Renewals that were lost on the way; an older one than these has surely not arrived.
  static final int LOST_MAX = 4;

  /**
   * @param former the token in whose place this one shall come
   */
  public record Issued(String hash, Instant expiresAt, boolean used, Optional<String> former) {
    private boolean isLostOf(String former) {
      return !used && this.former.filter(former::equals).isPresent();
    }
  }

  public Credentials {
    live = List.copyOf(live);
    ended = List.copyOf(ended);
  }

  /**
   * @param issuedAt the token's {@code iat}, in whole seconds
   */
  boolean accept(String hash, Instant issuedAt) {
    if (issued(hash).isPresent()) {
      return true;
    }
    return !ended.contains(hash) && revokedAt.map(issuedAt::isAfter).orElse(true);
  }

  /**
   * Where another authority has the current token: is the one shown it, or of the same descent?
   * Each was made for a client that had proven the one before, and lives until it expires.
   */
  boolean accept(String hash, String current) {
    return hash.equals(current) || root(hash).equals(root(current));
  }

  /** Of the same descent as the current one, and made later. */
  boolean isNewer(String hash, String current) {
    return place(hash) > place(current) && root(hash).equals(root(current));
  }

  /** The token from which all of its descent were made, one in the place of the other. */
  private String root(String hash) {
    var root = hash;
    for (int steps = 0; steps < LIVE_MAX; steps++) {
      var former = issued(root).flatMap(Issued::former);
      if (former.isEmpty()) {
        return root;
      }
      root = former.get();
    }
    return root;
  }

  /** Those made elsewhere come before all that were made here. */
  private int place(String hash) {
    return live.stream().map(Issued::hash).toList().indexOf(hash);
  }

  private Optional<Issued> issued(String hash) {
    return live.stream().filter(token -> token.hash().equals(hash)).findFirst();
  }

  boolean isFirstUse(String hash) {
    return issued(hash).filter(token -> !token.used()).isPresent();
  }

  /** So many made in its place have not been used yet. */
  long lostOf(String former) {
    return live.stream().filter(token -> token.isLostOf(former)).count();
  }

  /** Made in the place of another. */
  boolean isRenewal(String hash) {
    return issued(hash).flatMap(Issued::former).isPresent();
  }

  /**
   * @param hash of the token in whose place a new one would come
   */
  boolean mayRenew(String hash, Instant now, Duration cooldown) {
    boolean isCooled = renewedAt.map(at -> !at.plus(cooldown).isAfter(now)).orElse(true);
    return isCooled && (!isFull(now) || oldestRelative(hash).isPresent());
  }

  /** The one that can best be spared of those of the same descent. */
  private Optional<Issued> oldestRelative(String hash) {
    return live.stream()
        .filter(token -> !token.hash().equals(hash) && root(token.hash()).equals(root(hash)))
        .findFirst();
  }

  /** Expired ones no longer count against the bound. */
  boolean isFull(Instant now) {
    return live.stream().filter(token -> token.expiresAt().isAfter(now)).count() >= LIVE_MAX;
  }

  Credentials plus(TokenIssued event) {
    var issued = new Issued(event.hash(), event.expiresAt(), false, Optional.empty());
    return new Credentials(with(live, issued, event.at()), ended, revokedAt, renewedAt);
  }

  Credentials plus(TokenRenewed event) {
    var tokens = new ArrayList<>(live);
    var lost = tokens.stream().filter(token -> token.isLostOf(event.former())).toList();
    if (lost.size() >= LOST_MAX) {
      tokens.remove(lost.getFirst());
    } else if (isFull(event.at())) {
      oldestRelative(event.former()).ifPresent(tokens::remove);
    }
    var renewed = new Issued(event.hash(), event.expiresAt(), false, Optional.of(event.former()));
    return new Credentials(
        with(tokens, renewed, event.at()), ended, revokedAt, Optional.of(event.at()));
  }

  private static List<Issued> with(List<Issued> live, Issued newest, Instant now) {
    var tokens = new ArrayList<>(live);
    tokens.removeIf(token -> !token.expiresAt().isAfter(now));
    tokens.add(newest);
    return tokens;
  }

  Credentials usedBy(TokenUsed event) {
    var descent = root(event.hash());
    var older = new ArrayList<>(ended);
    var kept = new ArrayList<Issued>();
    boolean reached = false;
    for (Issued token : live) {
      boolean isUsed = token.hash().equals(event.hash());
      reached |= isUsed;
      if (isUsed) {
        kept.add(new Issued(token.hash(), token.expiresAt(), true, token.former()));
      } else if (reached || root(token.hash()).equals(descent)) {
        kept.add(token);
      } else {
        older.add(token.hash());
      }
    }
    return new Credentials(kept, last(older), revokedAt, renewedAt);
  }

  Credentials revokedAt(Instant at) {
    var older = new ArrayList<>(ended);
    live.forEach(token -> older.add(token.hash()));
    return new Credentials(List.of(), last(older), Optional.of(at), renewedAt);
  }

  private static List<String> last(List<String> hashes) {
    return hashes.subList(Math.max(0, hashes.size() - ENDED_MAX), hashes.size());
  }
}
