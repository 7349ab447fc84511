package io.muster.http.edge;

import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;

/**
 * What was known of a client before it said anything.
 *
 * @param address the client's address; taken from {@code X-Forwarded-For} only when the peer is a
 *     trusted proxy
 * @param forwarded a forwarding header was present, so loopback privileges are lost
 * @param query the query parameters, the last duplicate winning
 * @param dialect what the client speaks
 */
public record Handshake(
    InetAddress address,
    boolean forwarded,
    String path,
    Map<String, String> query,
    Optional<String> origin,
    Optional<String> cookie,
    Optional<String> authorization,
    Dialect dialect) {

  public enum Dialect {
    SOCKET_IO,
    PLAIN
  }

  /** Without what must not be read in a log. */
  @Override
  public String toString() {
    return "Handshake(%s, %s, %s)".formatted(dialect, path, address.getHostAddress());
  }
}
