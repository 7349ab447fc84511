package io.muster.http.edge;

/**
 * Refuses values out of bounds. A class of its own, because nested records that called back into
 * {@link EdgeSettings} would initialise it half-way.
 */
final class Requirement {
  private Requirement() {}

  static void require(boolean met, String otherwise) {
    if (!met) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
