package io.muster.actors;

import io.muster.actors.screen.NotTaken;
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

  void screenshotStored();

  void screenshotRefused(NotTaken why);

  /** The storage or the table of screenshots did not do what it was asked. */
  void screenshotStorageFailed();

  /** The parts of the HTTP API, as far as anybody wants to see them apart. */
  enum Surface {
    DEVICES,
    COMMANDS,
    BATCHES,
    PAIRING,
    SCREENSHOTS,
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
