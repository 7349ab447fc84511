package io.muster.app;

/** A command cannot do what was asked, for a reason that a person can mend. */
final class Complaint extends RuntimeException {
  private static final long serialVersionUID = 1;

  Complaint(String message) {
    super(message);
  }

  Complaint(String message, Throwable cause) {
    super(message, cause);
  }
}
