package io.muster.http.api;

/** The journal cannot be read. Says nothing of why: the store has logged it. */
final class JournalUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  JournalUnavailable() {
    super("the journal cannot be read", null, false, false);
  }
}
