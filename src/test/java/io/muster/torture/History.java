package io.muster.torture;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All facts, by one clock: that of the process that looks from outside. */
final class History {
  private final ConcurrentLinkedQueue<Fact> facts = new ConcurrentLinkedQueue<>();

  static long now() {
    return System.currentTimeMillis();
  }

  void add(Fact fact) {
    facts.add(fact);
  }

  List<Fact> all() {
    return List.copyOf(facts);
  }

  <F extends Fact> List<F> of(Class<F> kind) {
    return facts.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
