package io.muster.actors;

import io.muster.actors.canary.Canary;
import io.muster.actors.screen.NotTaken;
import io.muster.actors.session.Cause;
import io.muster.actors.telemetry.ContentError;
import java.time.Duration;

/**
 * Everything we count. No method takes a device, a room, a connection or a user: what cannot be
 * passed cannot become a label. How many are here now is not counted but looked up in the tables of
 * those who are here, for a count that misses one goodbye is wrong for ever.
 */
public interface Telemetry {

  void deviceCame();

  void deviceLeft();

  void dashboardCame();

  void dashboardLeft();

  /** A client was not let in. */
  void turnedAway(Reason reason);

  /** So many devices wait at the door of this node, and so many are being let in. */
  void atTheDoor(int waiting, int joining);

  /** An event was refused because its client sends too many. */
  void shed();

  void unknownEvent();

  /** An event of a device was taken in. Called for each one: an addition, and nothing more. */
  void said(Said event);

  /** What a heartbeat told of its device. Called for each one: additions, and nothing more. */
  void heard(Load load);

  /** A device was told, with the answer to a heartbeat, that it shows the wrong content. */
  void reconcileAsked();

  /**
   * What became of showing a device its content.
   *
   * @param after from the emission to the answer, or until nobody waited for it any more
   */
  void contentPushed(Push outcome, Duration after);

  /** A playlist was found that no device can be given: it is beyond the bounds. */
  void contentUndeliverable();

  void tokenRenewal(Renewal step);

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

  /** Nothing of this node ran for longer than a second. */
  void stoodStill();

  /** The canary of this node has done one of its deeds, and it took so long. */
  void canaryDid(Canary.Path path, java.time.Duration after);

  void canaryFailed(Canary.Path path);

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

  /** What a look at the outages has changed. */
  void outagesMoved(int opened, int closed, int reminded, int setAside);

  /** So many devices are down, over all organisations. */
  void outagesOpen(int count);

  /** A notice was stored so long after its device went offline. */
  void outageNoticed(Duration after);

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
    BACK_END,
    NOTIFICATIONS,
    SCREENSHOTS,
    HEALTH,
    METRICS,
    STATISTICS,
    DOCUMENTS,
    SESSIONS,
    CLUSTER,
    CONSOLE,
    OTHER
  }

  /** What devices say, as far as anybody wants to see it apart. */
  enum Said {
    HEARTBEAT,
    PLAYLIST_REQUEST,
    CONTENT_IMPRESSION,
    CONTENT_ERROR,
    SCREENSHOT,
    ROOM,
    OTHER
  }

  enum Push {
    /** The device has it. */
    ACKNOWLEDGED,
    /** The device answered that it cannot show it. */
    FAILED,
    /** Sent to a device that cannot answer. */
    UNCONFIRMED,
    /** No answer came in time. */
    UNANSWERED,
    /** The device was not there, or its content could not be known. */
    NOT_SENT
  }

  /** The steps of a device's way to its next token. */
  enum Renewal {
    OFFERED,
    USED,
    FAILED
  }

  enum Reason {
    EXPIRED,
    INVALID,
    REVOKED,
    UNAVAILABLE,
    NO_CREDENTIALS,
    FORBIDDEN,
    /** More devices came at once than may wait, or it had waited for too long. */
    CROWDED
  }
}
