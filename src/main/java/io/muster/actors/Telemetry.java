package io.muster.actors;

import io.muster.actors.session.Cause;
import java.time.Duration;

/**
 * Everything we count. No method takes a device, a room, a connection or a user: what cannot be
 * passed cannot become a label.
 */
public interface Telemetry {

  void deviceCame();

  void deviceLeft();

  void dashboardCame();

  void dashboardLeft();

  /** A client was not let in. */
  void turnedAway(Reason reason);

  /** An event was refused because its client sends too many. */
  void shed();

  void unknownEvent();

  void commandAccepted();

  void commandRefused(Refusal why);

  /** A command reached a terminal state so long after it was accepted. */
  void commandSettled(DeliveryState state, Duration after);

  /**
   * An HTTP request was answered.
   *
   * @param status 100 to 599
   * @param after from when the routes got the request until they had the head of the answer
   */
  void answered(Surface surface, int status, java.time.Duration after);

  /** An event loop ran a task so much later than it was due. */
  void loopWasLate(java.time.Duration by);

  void journalWorks();

  void journalFails();

  /** The read model showed what the journal had so long ago. */
  void projectionWasBehind(java.time.Duration by);

  void redisWorks();

  void redisFails();

  /** Redis answered a use so long after it was asked. */
  void redisUsed(RedisUse use, Duration after);

  /** A use of Redis had no answer, or not in time. */
  void redisFailed(RedisUse use);

  /** Writes that nobody waited for were given up. */
  void redisDropped(RedisUse use, int writes);

  /** Somebody was connected whose session is over. */
  void sessionEnded(Cause why);

  /** What Redis is used for. */
  enum RedisUse {
    PRESENCE,
    GRACE,
    REVOCATION,
    TELEMETRY,
    PROBE
  }

  /** The parts of the HTTP API, as far as anybody wants to see them apart. */
  enum Surface {
    DEVICES,
    COMMANDS,
    BATCHES,
    PAIRING,
    HEALTH,
    METRICS,
    DOCUMENTS,
    SESSIONS,
    CONSOLE,
    OTHER
  }

  enum Reason {
    EXPIRED,
    INVALID,
    REVOKED,
    UNAVAILABLE,
    NO_CREDENTIALS,
    FORBIDDEN
  }
}
