package io.muster.http.edge;

/**
 * Something that has to happen at a time, on one event loop. It is its own entry in the {@link
 * Wheel}, so that a waiting connection costs no timer object.
 */
abstract class Due {
  static final long NEVER = Long.MAX_VALUE;

  private long at = NEVER;

  // Plumbing of the wheel: the tick under which it is filed, -1 when it is not, and its neighbours.
  long filed = -1;
  Due before;
  Due after;

  /** By {@link System#nanoTime()}. */
  final long at() {
    return at;
  }

  final void at(long nanos) {
    at = nanos;
  }

  /** The time has come, or has passed by less than a tick when the loop is not overloaded. */
  abstract void due(long now);
}
