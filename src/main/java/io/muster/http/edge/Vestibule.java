package io.muster.http.edge;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where connections stand that have not joined yet. It has room for so many, and not all of one
 * {@link Neighbourhood}.
 */
final class Vestibule {
  private final int perAddressMax;
  private final int totalMax;
  private final AtomicInteger total = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  Vestibule(int perAddressMax, int totalMax) {
    this.perAddressMax = perAddressMax;
    this.totalMax = totalMax;
  }

  /** Whether there is room; if so it is taken until {@link #leave}. */
  boolean enter(ClientAddress client) {
    if (total.incrementAndGet() > totalMax) {
      total.decrementAndGet();
      return false;
    }
    if (client.onThisMachine()) {
      return true;
    }
    if (byAddress.merge(Neighbourhood.of(client.address()), 1, Integer::sum) > perAddressMax) {
      leave(client);
      return false;
    }
    return true;
  }

  void leave(ClientAddress client) {
    total.decrementAndGet();
    if (!client.onThisMachine()) {
      byAddress.computeIfPresent(
          Neighbourhood.of(client.address()), (_, n) -> n == 1 ? null : n - 1);
    }
  }

  int total() {
    return total.get();
  }
}
