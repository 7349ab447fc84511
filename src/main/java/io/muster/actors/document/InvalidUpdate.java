package io.muster.actors.document;

/** Bytes that are not what they should be; says what was expected. */
public final class InvalidUpdate extends RuntimeException {
  public InvalidUpdate(String expected) {
    super(expected, null, false, false);
  }
}
