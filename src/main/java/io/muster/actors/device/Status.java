package io.muster.actors.device;

import io.muster.actors.NodeId;
import io.muster.actors.Presence;
import java.time.Instant;

/** Whether a device is there. */
public sealed interface Status {

  Instant since();

  record NeverSeen(Instant since) implements Status {
    static final NeverSeen UNKNOWN = new NeverSeen(Instant.EPOCH);
  }

  /** One connection owns the device: the one with this epoch. */
  record Online(long epoch, NodeId node, Instant since) implements Status {}

  /** Its connection ended; people are told at the deadline unless it is back by then. */
  record Away(long epoch, AwayReason reason, Instant since, Instant deadline) implements Status {}

  record Offline(Instant since) implements Status {}

  record Retired(Instant since) implements Status {}

  /** In the words people read; a retired device is an offline one with a flag. */
  default Presence presence() {
    return switch (this) {
      case NeverSeen _ -> Presence.NEVER_SEEN;
      case Online _ -> Presence.ONLINE;
      case Away _ -> Presence.RECONNECTING;
      case Offline _, Retired _ -> Presence.OFFLINE;
    };
  }
}
