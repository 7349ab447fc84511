package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.*;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A device in the read model: what lists show, and what the watchman looks for.
 *
 * @param node while it is online
 * @param deadline while it is away
 * @param seq the journal's sequence number of the last event in it
 */
public record DeviceRow(
    DeviceId id,
    OrgId org,
    String name,
    SortedSet<String> tags,
    Presence presence,
    Instant since,
    Optional<NodeId> node,
    Optional<Instant> deadline,
    boolean disabled,
    boolean retired,
    long epoch,
    long seq) {

  public static DeviceRow registered(DeviceId id, Registered e, long seq) {
    return new DeviceRow(
        id,
        e.org(),
        Columns.storable(e.name()),
        new TreeSet<>(),
        Presence.NEVER_SEEN,
        e.at(),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        0,
        seq);
  }

  /** The row after the next event; the same row for an event that is in it already. */
  // formatter:off
  public DeviceRow after(DeviceEvent event, long number) {
    if (number <= seq) {
      return this;
    }
    var next = switch (event) {
      case Registered _     -> this;
      case Renamed e        -> called(e.name());
      case Tagged e         -> tagged(with(e.tags()));
      case Untagged e       -> tagged(without(e.tags()));
      case Disabled _       -> disabled(true);
      case Enabled _        -> disabled(false);
      case WasRetired e     -> is(Presence.OFFLINE, e.at()).gone();
      case CameOnline e     -> is(Presence.ONLINE, e.at()).on(e.node(), e.epoch());
      case WentAway e       -> is(Presence.RECONNECTING, e.at()).until(e.deadline());
      case WentOffline e    -> is(Presence.OFFLINE, e.at());
      case TokenIssued _, TokenRenewed _, TokenUsed _, TokenRevoked _ -> this;
      case ContentNumbered _ -> this;
      case CommandQueued _, CommandSent _, CommandSettled _   -> this;
    };
    return next.at(number);
  }
  // formatter:on

  public DeviceView view(DeviceView.Hints hints) {
    return new DeviceView(
        id, org, name, tags, presence, since, disabled, retired, epoch, seq, hints);
  }

  private SortedSet<String> with(SortedSet<String> more) {
    var all = new TreeSet<>(tags);
    all.addAll(more);
    return all;
  }

  private SortedSet<String> without(SortedSet<String> less) {
    var rest = new TreeSet<>(tags);
    rest.removeAll(less);
    return rest;
  }

  private DeviceRow called(String name) {
    return new DeviceRow(
        id,
        org,
        Columns.storable(name),
        tags,
        presence,
        since,
        node,
        deadline,
        disabled,
        retired,
        epoch,
        seq);
  }

  private DeviceRow tagged(SortedSet<String> tags) {
    return new DeviceRow(
        id, org, name, tags, presence, since, node, deadline, disabled, retired, epoch, seq);
  }

  private DeviceRow disabled(boolean disabled) {
    return new DeviceRow(
        id, org, name, tags, presence, since, node, deadline, disabled, retired, epoch, seq);
  }

  /** Neither on a node nor awaited, until the event says so. */
  private DeviceRow is(Presence presence, Instant since) {
    return new DeviceRow(
        id,
        org,
        name,
        tags,
        presence,
        since,
        Optional.empty(),
        Optional.empty(),
        disabled,
        retired,
        epoch,
        seq);
  }

  private DeviceRow gone() {
    return new DeviceRow(
        id, org, name, tags, presence, since, node, deadline, disabled, true, epoch, seq);
  }

  private DeviceRow on(NodeId node, long epoch) {
    return new DeviceRow(
        id,
        org,
        name,
        tags,
        presence,
        since,
        Optional.of(node),
        deadline,
        disabled,
        retired,
        epoch,
        seq);
  }

  private DeviceRow until(Instant deadline) {
    return new DeviceRow(
        id,
        org,
        name,
        tags,
        presence,
        since,
        node,
        Optional.of(deadline),
        disabled,
        retired,
        epoch,
        seq);
  }

  private DeviceRow at(long seq) {
    return new DeviceRow(
        id, org, name, tags, presence, since, node, deadline, disabled, retired, epoch, seq);
  }
}
