package io.muster.http.edge;

import java.net.InetSocketAddress;
import java.util.Optional;

/** The other nodes, by the names they put before their session ids. */
@FunctionalInterface
public interface Neighbours {
  Neighbours NONE = _ -> Optional.empty();

  /**
   * Where a live node other than this one answers HTTP; not yet looked up. Called on event loops
   * and must not block.
   */
  Optional<InetSocketAddress> named(String node);
}
