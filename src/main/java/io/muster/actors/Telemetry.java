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

  enum Reason {
    EXPIRED,
    INVALID,
    REVOKED,
    UNAVAILABLE,
    NO_CREDENTIALS,
    FORBIDDEN
  }
}
