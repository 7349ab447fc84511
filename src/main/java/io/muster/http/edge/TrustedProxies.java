package io.muster.http.edge;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The proxies whose {@code X-Forwarded-For} and {@code X-Forwarded-Proto} are believed. Empty by
 * default: then a forwarding header costs a client its loopback privileges and gives it nothing.
 */
public record TrustedProxies(List<Block> blocks) {
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  private static final List<String> FORWARDING =
      List.of(
          "X-Forwarded-For",
          "Forwarded",
          "X-Real-IP",
          "X-Forwarded-Host",
          "X-Forwarded-Proto",
          "Via");

  /** A hop list longer than this is an attack or a loop: only its end is read. */
  private static final int HOPS_MAX = 32;

  public TrustedProxies {
    blocks = List.copyOf(blocks);
  }

  /**
   * @param blocks addresses or CIDR blocks, such as {@code 10.0.0.0/8} or {@code ::1}
   * @throws IllegalArgumentException naming the first one that is neither
   */
  public static TrustedProxies of(List<String> blocks) {
    return new TrustedProxies(blocks.stream().map(Block::parse).toList());
  }

  /** The client's address: the last hop that is not one of ours. */
  public ClientAddress clientOf(SocketAddress peer, HttpHeaders headers) {
    InetAddress direct =
        peer instanceof InetSocketAddress inet
            ? inet.getAddress()
            : InetAddress.getLoopbackAddress();
    boolean forwarded = FORWARDING.stream().anyMatch(headers::contains);
    return trusts(direct)
        ? new ClientAddress(
            throughProxies(direct, headers),
            forwarded,
            "https".equalsIgnoreCase(headers.get("X-Forwarded-Proto")))
        : new ClientAddress(direct, forwarded);
  }

  private InetAddress throughProxies(InetAddress direct, HttpHeaders headers) {
    String[] hops = String.join(",", headers.getAll("X-Forwarded-For")).split(",");
    InetAddress last = direct;
    for (int i = hops.length - 1, seen = 0; i >= 0 && seen < HOPS_MAX; i--, seen++) {
      // What stands left of an unreadable hop was not written by a proxy of ours.
      Optional<InetAddress> hop = address(hops[i].strip());
      if (hop.isEmpty()) {
        return last;
      }
      last = hop.get();
      if (!trusts(last)) {
        return last;
      }
    }
    return last;
  }

  boolean trusts(InetAddress address) {
    return blocks.stream().anyMatch(block -> block.contains(address));
  }

  /** Reads an address, with or without a port. Never asks a name server. */
  private static Optional<InetAddress> address(String text) {
    String bare = text;
    if (text.startsWith("[")) {
      bare = text.substring(1, Math.max(1, text.indexOf(']')));
    } else if (text.indexOf(':') == text.lastIndexOf(':') && text.indexOf(':') > 0) {
      bare = text.substring(0, text.indexOf(':'));
    }
    return Optional.ofNullable(NetUtil.createInetAddressFromIpAddressString(bare));
  }

  /** All addresses whose first {@code bits} bits are those of {@code network}. */
  public record Block(InetAddress network, int bits) {

    static Block parse(String text) {
      int slash = text.indexOf('/');
      var network =
          NetUtil.createInetAddressFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
      int most = network == null ? -1 : network.getAddress().length * 8;
      int bits = slash < 0 ? most : bits(text.substring(slash + 1));
      if (bits < 0 || bits > most) {
        throw new IllegalArgumentException(
            "A trusted proxy is an address or a CIDR block such as 10.0.0.0/8, was \"%s\""
                .formatted(text));
      }
      return new Block(network, bits);
    }

    private static int bits(String digits) {
      return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    }

    boolean contains(InetAddress address) {
      byte[] ours = network.getAddress();
      byte[] theirs = address.getAddress();
      if (ours.length != theirs.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit & 7);
        if ((ours[bit >> 3] & mask) != (theirs[bit >> 3] & mask)) {
          return false;
        }
      }
      return true;
    }
  }
}
