package io.muster.persistence;

/** The database could not be opened at start; the message says where it was looked for and why. */
public final class DatabaseUnavailable extends RuntimeException {
  DatabaseUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
