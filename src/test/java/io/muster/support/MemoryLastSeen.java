package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.LastSeen;
import java.util.Collection;
import java.util.HashMap;
import java.util.concurrent.CompletionStage;

/** Hints in memory, shown by the roster beside it. */
public final class MemoryLastSeen implements LastSeen {
  private final MemoryRoster roster;

  public MemoryLastSeen(MemoryRoster roster) {
    this.roster = roster;
  }

  @Override
  public CompletionStage<Void> keep(Collection<Seen> batch) {
    var newest = new HashMap<DeviceId, Seen>();
    batch.forEach(seen -> newest.merge(seen.id(), seen, (a, b) -> b.at().isBefore(a.at()) ? a : b));
    return roster.keep(newest);
  }
}
