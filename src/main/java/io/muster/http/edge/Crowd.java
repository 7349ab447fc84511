package io.muster.http.edge;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of a listener, whatever they are for. There are so many and no more, and not too
 * many of one address; those of this machine and of trusted proxies count in the total only.
 * Thread-safe.
 */
final class Crowd {
  private static final Logger log = LoggerFactory.getLogger(Crowd.class);

  // Open files that are no connections: the store's, the journal's, the program's own.
  private static final int OTHER_FILES = 256;
  private static final int TOTAL_MAX = 1_000_000;

  /** A site behind one address may have thousands of screens. */
  private static final int PER_ADDRESS_MAX = 20_000;

  private static final long QUIET_NANOS = 60_000_000_000L;

  private final int totalMax;
  private final int perAddressMax;
  private final TrustedProxies proxies;
  private final AtomicInteger total = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
  private final AtomicLong lastSaid = new AtomicLong(System.nanoTime() - QUIET_NANOS);

  Crowd(int totalMax, int perAddressMax, TrustedProxies proxies) {
    this.totalMax = totalMax;
    this.perAddressMax = perAddressMax;
    this.proxies = proxies;
  }

  /** As many as this process may have files open, less what else it opens. */
  static Crowd belowOpenFiles(TrustedProxies proxies) {
    int total = Math.max(64, openFilesMax() - OTHER_FILES);
    return new Crowd(total, Math.min(total, PER_ADDRESS_MAX), proxies);
  }

  private static int openFilesMax() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith("Max open files")) {
          var soft = line.substring("Max open files".length()).strip().split("\\s+")[0];
          return soft.matches("\\d{1,7}") ? Math.min(Integer.parseInt(soft), TOTAL_MAX) : TOTAL_MAX;
        }
      }
    } catch (IOException elsewhere) {
      // Only Linux tells it in this way.
    }
    return TOTAL_MAX;
  }

  /** Whether there is room for one more; if so it has it until it closes. */
  boolean admits(Channel accepted) {
    var peer =
        accepted.remoteAddress() instanceof InetSocketAddress inet
            ? inet.getAddress()
            : InetAddress.getLoopbackAddress();
    boolean isCounted = !peer.isLoopbackAddress() && !proxies.trusts(peer);
    var place = Neighbourhood.of(peer);
    if (total.incrementAndGet() > totalMax) {
      total.decrementAndGet();
      complain("The gateway is full: {} connections. Raise the limit of open files.", totalMax);
      return false;
    }
    if (isCounted && byAddress.merge(place, 1, Integer::sum) > perAddressMax) {
      left(place, true);
      complain("{} connections of one address; a proxy wants to be trusted.", perAddressMax);
      return false;
    }
    accepted.closeFuture().addListener(_ -> left(place, isCounted));
    return true;
  }

  private void left(InetAddress place, boolean isCounted) {
    total.decrementAndGet();
    if (isCounted) {
      byAddress.computeIfPresent(place, (_, n) -> n == 1 ? null : n - 1);
    }
  }

  int total() {
    return total.get();
  }

  /** Once a minute: a crowd at the door must not become one in the log. */
  private void complain(String what, int limit) {
    long now = System.nanoTime();
    long last = lastSaid.get();
    if (now - last >= QUIET_NANOS && lastSaid.compareAndSet(last, now)) {
      log.warn(what, limit);
    }
  }
}
