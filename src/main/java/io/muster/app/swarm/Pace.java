package io.muster.app.swarm;

import java.time.Duration;

/**
 * How hard the swarm works.
 *
 * @param connectsPerSecond when first connects are due; 0 for as fast as {@code inFlight} allows
 * @param inFlight first connects under way at once; at least 1
 * @param heartbeatEvery how far one device's heartbeats are apart, the first at its connect
 * @param heartbeatsPerSecond instead, when above 0: a fixed rate over all of them, begun when all
 *     have had their first connect
 */
record Pace(
    double connectsPerSecond, int inFlight, Duration heartbeatEvery, double heartbeatsPerSecond) {

  /** What the shipped players do. */
  static final Duration PLAYERS_HEARTBEAT = Duration.ofSeconds(15);

  boolean isFixed() {
    return heartbeatsPerSecond > 0;
  }

  Pace at(double heartbeatsPerSecond) {
    return new Pace(connectsPerSecond, inFlight, heartbeatEvery, heartbeatsPerSecond);
  }
}
