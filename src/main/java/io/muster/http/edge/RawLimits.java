package io.muster.http.edge;

import java.time.Duration;

/**
 * What one raw WebSocket may take of us.
 *
 * @param messageBytes largest message from a client; beyond it close code 1009
 * @param strangerBytes the same before the application knows the client
 * @param outboundBytes what a client may be owed; beyond it close code 4503, so that it comes back
 * @param fragments of one message
 * @param ping between two pings
 * @param pong from a ping to any frame; beyond it the connection is dropped
 * @param stranger how long the application may take to know the client
 * @param strangersPerAddress sockets of one address that it does not know; further ones get 503
 * @param strangers all such sockets together
 */
public record RawLimits(
    int messageBytes,
    int strangerBytes,
    int outboundBytes,
    int fragments,
    Duration ping,
    Duration pong,
    Duration stranger,
    int strangersPerAddress,
    int strangers) {

  public static final RawLimits DEFAULT =
      new RawLimits(
          10 * 1024 * 1024,
          1024 * 1024,
          16 * 1024 * 1024,
          1024,
          Duration.ofSeconds(25),
          Duration.ofSeconds(20),
          Duration.ofSeconds(45),
          200,
          10_000);
}
