package io.muster.actors;

import io.muster.actors.telemetry.ContentError;
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

  // ── what devices report ──

  /** Fields of heartbeats and reports were dropped, and the rest was taken. */
  void fieldsDropped(Flaw flaw, int count);

  void reports(Kind kind, Fate fate, int count);

  /** So many wait to be stored on this node. */
  void reportsWaiting(int count);

  void contentFailed(ContentError.Type type);

  enum Flaw {
    UNKNOWN,
    MALFORMED
  }

  enum Kind {
    IMPRESSION,
    CONTENT_ERROR
  }

  /** What became of a report. */
  enum Fate {
    RECEIVED,
    STORED,
    /** It had been stored before. */
    REPEATED,
    /** It says too little to be of use; dropped. */
    MALFORMED,
    /** Too many were waiting. */
    REFUSED,
    /** The store can never take it; dropped. */
    SPOILED,
    /** Stored, but the tables of the back end have no such device or content. */
    UNLISTED,
    /** Still waiting when the node had to end. */
    LOST
  }

  /** The parts of the HTTP API, as far as anybody wants to see them apart. */
  enum Surface {
    DEVICES,
    COMMANDS,
    BATCHES,
    PAIRING,
    BACK_END,
    HEALTH,
    METRICS,
    STATISTICS,
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
