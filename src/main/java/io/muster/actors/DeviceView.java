package io.muster.actors;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What people see of a device.
 *
 * @param epoch of its last accepted connection, 0 before the first; with {@code seq} it orders what
 *     is told of a device
 * @param seq the journal's sequence number of the last fact in this view
 * @param hints last seen, version, load, what is shown and pending count: sampled, and may be some
 *     seconds old in lists
 */
public record DeviceView(
    DeviceId id,
    OrgId org,
    String name,
    SortedSet<String> tags,
    Presence presence,
    Instant since,
    boolean disabled,
    boolean retired,
    long epoch,
    long seq,
    Hints hints)
    implements Wire {

  /**
   * @param showing empty before the first heartbeat
   */
  public record Hints(
      Optional<Instant> lastSeen,
      Optional<String> appVersion,
      Load load,
      int pendingCommands,
      Optional<Showing> showing) {
    public static final Hints NONE = new Hints(Optional.empty(), Optional.empty(), Load.UNKNOWN, 0);

    public Hints(
        Optional<Instant> lastSeen, Optional<String> appVersion, Load load, int pendingCommands) {
      this(lastSeen, appVersion, load, pendingCommands, Optional.empty());
    }

    public Hints withPending(int count) {
      return new Hints(lastSeen, appVersion, load, count, showing);
    }

    /** Where these say nothing, the older ones stand. */
    public Hints over(Hints older) {
      return new Hints(
          lastSeen.or(older::lastSeen),
          appVersion.or(older::appVersion),
          load.isUnknown() ? older.load() : load,
          pendingCommands,
          showing.or(older::showing));
    }
  }

  public DeviceView with(Hints fresher) {
    return new DeviceView(
        id, org, name, tags, presence, since, disabled, retired, epoch, seq, fresher);
  }

  /** Told later than the other, of the same device. */
  public boolean isNewerThan(DeviceView other) {
    return seq > other.seq;
  }
}
