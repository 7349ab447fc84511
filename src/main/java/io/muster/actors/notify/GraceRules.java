package io.muster.actors.notify;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Duration;
import java.util.SortedSet;

/**
 * How long a device may be away before it counts as offline, and whether people want to be told.
 * Asked by devices while they handle a message: must answer from memory.
 */
public interface GraceRules {

  Duration graceOf(DeviceId id, OrgId org, SortedSet<String> tags);

  /** Nothing is told of its outages. */
  boolean isMuted(DeviceId id, OrgId org, SortedSet<String> tags);

  /** The same for everybody, and nobody is muted. */
  static GraceRules always(Duration grace) {
    return new GraceRules() {
      @Override
      public Duration graceOf(DeviceId id, OrgId org, SortedSet<String> tags) {
        return grace;
      }

      @Override
      public boolean isMuted(DeviceId id, OrgId org, SortedSet<String> tags) {
        return false;
      }
    };
  }
}
