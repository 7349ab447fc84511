package io.muster.actors.session;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Revocations as they are kept. The stages fail when the table is away. */
public interface RevocationTable {
  /** Of one organisation at once; beyond it one must end before another is taken. */
  int PER_ORG_MAX = 1_000;

  /**
   * Takes the place of an earlier one of the same kind, subject and organisation. False when the
   * organisation has too many.
   */
  CompletionStage<Boolean> add(Revocation revocation);

  /** Those said at {@code at} or later that are not over at {@code now}, at most 50,000. */
  CompletionStage<List<Revocation>> since(Instant at, Instant now);
}
