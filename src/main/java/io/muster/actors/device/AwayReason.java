package io.muster.actors.device;

/** Why a device is away. */
public enum AwayReason {
  /** Its connection ended. */
  GOODBYE,
  /** Nothing was heard of it: its session is gone without a word, with its node perhaps. */
  SILENCE,
  /** Its node is being drained and sent it away: it is expected back elsewhere. */
  DRAINED
}
