package io.muster.actors.screen;

/** Told of each screenshot that is kept. Must not block; what it throws is logged. */
@FunctionalInterface
public interface StoredListener {
  void stored(Shot shot);
}
