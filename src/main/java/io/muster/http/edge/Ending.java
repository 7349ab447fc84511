package io.muster.http.edge;

/**
 * How a socket is ended. A Socket.IO DISCONNECT ends real clients for good and a polite Close frame
 * leaves Java clients blind until their ping timeout, so the choice is made by what the client
 * shall do next, never by habit.
 */
public enum Ending {
  /**
   * TCP is dropped without a Close frame: the client comes back at once after its own back-off. For
   * all transient trouble.
   */
  ABORTED,
  /** As {@link #ABORTED}, because the client does not read fast enough what it is owed. */
  TOO_SLOW,
  /** As {@link #ABORTED}, because the client sent more than it may, or what nobody can read. */
  VIOLATION,
  /**
   * Frames already sent are flushed, then the transport is dropped: this node is leaving (plain
   * WebSocket: code 1012).
   */
  RESTARTING,
  /**
   * Socket.IO DISCONNECT (plain WebSocket: 4008): another connection of the same client has taken
   * over.
   */
  SUPERSEDED,
  /** Socket.IO DISCONNECT (plain WebSocket: 4001): the credential will never be accepted again. */
  REVOKED
}
