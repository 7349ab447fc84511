package io.muster.http.edge;

import java.time.Duration;

/**
 * What one plain WebSocket may take of us.
 *
 * @param messageBytes largest message from a client, in bytes; beyond it close code 1009
 * @param strangerBytes all that a client may send before it has joined; beyond it close code 1009
 * @param outboundBytes what a client may be owed, in bytes; beyond it the connection is dropped, so
 *     that it comes back and begins anew
 * @param requests acknowledgements a client may owe; further requests are lost at once
 * @param auth from the upgrade to the first frame {@code auth}; beyond it close code 4408
 * @param join from the token to the application's answer; beyond it close code 1013
 * @param ping between two pings
 * @param pong from a ping to any frame; beyond it the connection is dropped. The next ping waits
 *     for it
 * @param goodbye from our Close frame to the client's; beyond it the connection is dropped
 * @param strangersPerAddress sockets of one address that have not joined; further ones get 503. A
 *     loopback client without a forwarding header is exempt
 * @param strangers sockets that have not joined, all together
 * @param messages messages of any kind from a client; beyond it close code 4029
 */
public record PlainLimits(
    int messageBytes,
    int strangerBytes,
    int outboundBytes,
    int requests,
    Duration auth,
    Duration join,
    Duration ping,
    Duration pong,
    Duration goodbye,
    int strangersPerAddress,
    int strangers,
    Allowance messages) {

  /** A nesting deeper than this is not data but an attack on the parser. */
  static final int JSON_DEPTH = 32;

  public static final PlainLimits DEFAULT =
      new PlainLimits(
          1024 * 1024,
          64 * 1024,
          1024 * 1024,
          256,
          Duration.ofSeconds(10),
          Duration.ofSeconds(45),
          Duration.ofSeconds(25),
          Duration.ofSeconds(20),
          Duration.ofSeconds(2),
          200,
          50_000,
          // As many as Socket.IO may send; what an application makes of them is its own allowance.
          Allowance.of(500, 500));

  public PlainLimits {
    for (int limit :
        new int[] {
          messageBytes, strangerBytes, outboundBytes, requests, strangersPerAddress, strangers
        }) {
      if (limit < 1) {
        throw new IllegalArgumentException("Each limit must be at least 1, one was " + limit);
      }
    }
  }
}
