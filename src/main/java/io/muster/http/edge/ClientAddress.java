package io.muster.http.edge;

import java.net.InetAddress;
import org.apache.pekko.http.javadsl.model.AttributeKey;

/**
 * Where a client is, as far as it can be believed.
 *
 * @param address the peer's own address, or the one a trusted proxy vouches for
 * @param forwarded some forwarding header was present, trusted or not; privileges of loopback
 *     clients are lost with it, or a proxy on this machine would hand them to the whole world
 * @param secure a trusted proxy says that the client came by TLS
 */
public record ClientAddress(InetAddress address, boolean forwarded, boolean secure) {

  public ClientAddress(InetAddress address, boolean forwarded) {
    this(address, forwarded, false);
  }

  /** The attribute under which every routed request carries its client's address. */
  public static final AttributeKey<ClientAddress> ATTRIBUTE =
      AttributeKey.create("client-address", ClientAddress.class);

  /** The client is on this machine and nobody stands between. */
  public boolean onThisMachine() {
    return address.isLoopbackAddress() && !forwarded;
  }
}
