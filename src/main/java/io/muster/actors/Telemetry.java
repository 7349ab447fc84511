package io.muster.actors;

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

  /** What a look at the outages has changed. */
  void outagesMoved(int opened, int closed, int reminded, int setAside);

  /** So many devices are down, over all organisations. */
  void outagesOpen(int count);

  /** A notice was stored so long after its device went offline. */
  void outageNoticed(Duration after);

  /** The parts of the HTTP API, as far as anybody wants to see them apart. */
  enum Surface {
    DEVICES,
    COMMANDS,
    BATCHES,
    PAIRING,
    NOTIFICATIONS,
    HEALTH,
    METRICS,
    DOCUMENTS,
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
