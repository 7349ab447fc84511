package io.muster.app.swarm;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The gateway as its clients find it. Plain HTTP only: TLS ends at a proxy, which is not measured.
 */
record Target(InetSocketAddress address, String authority) {

  private static final Set<String> SCHEMES = Set.of("http", "ws");

  /**
   * @throws IllegalArgumentException when it is not an {@code http} or {@code ws} address, or its
   *     host has no address; the message is for people
   */
  static Target of(String url) {
    try {
      var uri = new URI(url.contains("://") ? url : "http://" + url);
      if (!SCHEMES.contains(uri.getScheme()) || uri.getHost() == null) {
        throw new IllegalArgumentException(
            "expected an address such as http://127.0.0.1:3002, was " + url);
      }
      int port = uri.getPort() < 0 ? 80 : uri.getPort();
      var address = new InetSocketAddress(uri.getHost(), port);
      if (address.isUnresolved()) {
        throw new IllegalArgumentException("no address known for host " + uri.getHost());
      }
      return new Target(address, uri.getHost() + ":" + port);
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException("not an address: " + url, malformed);
    }
  }

  /** A Socket.IO handshake that goes to WebSocket at once, as the shipped clients do. */
  byte[] handshake() {
    // The key proves to a client that it speaks to a WebSocket server; a fixed one does here.
    return """
        GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r
        Host: %s\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Key: bXVzdGVyIHN3YXJtIGtleQ==\r
        Sec-WebSocket-Version: 13\r
        \r
        """
        .formatted(authority)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
