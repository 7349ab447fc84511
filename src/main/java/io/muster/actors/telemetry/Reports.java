package io.muster.actors.telemetry;

import java.util.concurrent.CompletionStage;

/** Keeps what devices report. */
public interface Reports {

  /**
   * Never blocks. Completes when the report is durable, however long the database is away, and
   * fails with {@link Overloaded} at once when too many are waiting already: what was taken is not
   * given up for what comes. Completes on a thread of the store.
   */
  CompletionStage<Kept> keep(Report report);

  enum Kept {
    STORED,
    /** It was there already and counts once. */
    REPEATED,
    /** The store can never take it; the others of its batch are kept. */
    SPOILED
  }

  /** Nothing was taken. */
  final class Overloaded extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Overloaded(String message) {
      super(message, null, false, false); // thrown in numbers: no stack trace
    }
  }
}
