package io.muster.http.edge;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Whom to count as one: who has an IPv6 address usually has all 2^64 beside it. Pure. */
final class Neighbourhood {
  private static final int NETWORK_BYTES = 8;

  private Neighbourhood() {}

  /** An IPv4 address itself; of an IPv6 address its /64. */
  static InetAddress of(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("Sixteen bytes are an address", e);
    }
  }
}
