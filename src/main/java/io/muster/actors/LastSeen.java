package io.muster.actors;

import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.CompletionStage;

/**
 * Keeps hints about devices for lists. Written in one batch per node now and then, and awaited by
 * nobody.
 */
public interface LastSeen {

  /**
   * At most 20,000 at once; the newest value per device wins. Unknown devices are skipped. What the
   * hints do not know stays as it was kept; those of a device nobody has seen here (no {@code
   * lastSeen}) still bring its pending count.
   */
  CompletionStage<Void> keep(Collection<Seen> batch);

  /** Keeps in both; neither waits for the other. */
  default LastSeen and(LastSeen other) {
    return batch -> keep(batch).thenCombine(other.keep(batch), (_, _) -> null);
  }

  record Seen(DeviceId id, OrgId org, DeviceView.Hints hints) {
    public Instant at() {
      return hints.lastSeen().orElse(Instant.EPOCH);
    }
  }
}
