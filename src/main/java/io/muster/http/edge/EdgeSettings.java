package io.muster.http.edge;

import static io.muster.http.edge.Requirement.require;

import java.time.Duration;

/**
 * How the socket edge behaves; the times and limits nest as the protocol wants them.
 *
 * @param node put before each session id, so that a misrouted poll can be told; letters and digits,
 *     at most 16, or empty
 */
public record EdgeSettings(
    String node,
    Times times,
    Limits limits,
    HttpLimits http,
    AllowedOrigins origins,
    TrustedProxies proxies) {

  public static final EdgeSettings DEFAULT =
      new EdgeSettings(
          "",
          Times.DEFAULT,
          Limits.DEFAULT,
          HttpLimits.DEFAULT,
          AllowedOrigins.NONE,
          TrustedProxies.NONE);

  public EdgeSettings {
    require(node.matches("[A-Za-z0-9]{0,16}"), "node must be at most 16 letters and digits");
  }

  /**
   * @param pingInterval from a pong to the next ping; below 60 s, since some clients give up a poll
   *     after a minute
   * @param pingTimeout from a ping to its pong, then the connection is dead
   * @param connect from the opening until some namespace is joined
   * @param upgrade from a probing WebSocket until it has taken over; then only it is closed
   * @param closingPoll how long an ended polling session keeps its last words for the next poll
   * @param drain how long an ended WebSocket may take to read its last words
   */
  public record Times(
      Duration pingInterval,
      Duration pingTimeout,
      Duration connect,
      Duration upgrade,
      Duration closingPoll,
      Duration drain) {

    public static final Times DEFAULT =
        new Times(
            Duration.ofSeconds(25),
            Duration.ofSeconds(20),
            Duration.ofSeconds(45),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2));

    public Times {
      require(pingInterval.toMillis() >= 50, "ping-interval must be at least 50 ms");
      require(pingInterval.toSeconds() < 60, "ping-interval must be below 60 s");
      for (Duration time : new Duration[] {pingTimeout, connect, upgrade, closingPoll, drain}) {
        require(time.toMillis() >= 10, "each time must be at least 10 ms");
      }
    }

    /** How coarse the loops' clock may be: late by 2 % at most, and never by more than 100 ms. */
    Duration tick() {
      long shorter = Math.min(pingInterval.toMillis(), pingTimeout.toMillis());
      return Duration.ofMillis(Math.clamp(shorter / 50, 2, 100));
    }
  }

  /**
   * @param payloadBytes largest POST body and largest WebSocket message, told to clients
   * @param strangerBytes the same for a session that has not joined, and all its early events: a
   *     token fits, and thousands of strangers cannot fill the memory
   * @param outboundBytes what may wait for one client that does not read; then it is closed so that
   *     it comes back
   * @param packetsPerSecond from one session; more is a violation. Players send one in seconds
   * @param fragments of one WebSocket message, each of which costs more than its bytes
   * @param requests that may wait for a client's ack at a time; more are answered as lost
   * @param earlyEvents that may wait while their namespace is being joined
   * @param strangersPerAddress sessions of one address that have not joined; a loopback client
   *     without a forwarding header is exempt
   * @param strangers sessions that have not joined, all together
   * @param postBytes of all POST bodies that have not come whole, all together
   */
  public record Limits(
      int payloadBytes,
      int strangerBytes,
      int outboundBytes,
      int packetsPerSecond,
      int fragments,
      int requests,
      int earlyEvents,
      int strangersPerAddress,
      int strangers,
      long postBytes) {

    public static final Limits DEFAULT =
        new Limits(
            2 * 1024 * 1024,
            64 * 1024,
            1024 * 1024,
            500,
            1024,
            256,
            64,
            200,
            50_000,
            64L * 1024 * 1024);

    public Limits {
      require(payloadBytes >= 1024, "payload-bytes must be at least 1024");
      require(strangerBytes >= 1024, "stranger-bytes must be at least 1024");
      require(outboundBytes >= 16 * 1024, "outbound-bytes must be at least 16384");
      require(postBytes >= payloadBytes, "post-bytes must be at least payload-bytes");
      for (int limit :
          new int[] {
            packetsPerSecond, fragments, requests, earlyEvents, strangersPerAddress, strangers
          }) {
        require(limit >= 1, "each limit must be at least 1");
      }
    }
  }
}
