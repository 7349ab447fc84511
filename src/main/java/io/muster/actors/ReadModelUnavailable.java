package io.muster.actors;

/**
 * The tables for lists, hints, pairing and history cannot be asked at the moment: the database is
 * away, too slow or too busy. Devices and commands by id are not touched by it.
 */
public final class ReadModelUnavailable extends RuntimeException {
  public ReadModelUnavailable(String message) {
    super(message);
  }

  public ReadModelUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
