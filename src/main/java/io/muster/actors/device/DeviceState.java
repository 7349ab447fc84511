package io.muster.actors.device;

import io.muster.actors.OrgId;
import io.muster.actors.content.Numbering;
import io.muster.actors.device.DeviceEvent.*;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is known of a device from its events alone.
 *
 * @param epoch of the last accepted connection, 0 before the first; a revocation takes one for
 *     itself, so that no connection from before it is the last one any more
 */
public record DeviceState(
    Optional<Profile> profile,
    Status status,
    long epoch,
    Credentials credentials,
    PendingCommands pending,
    RecentKeys keys,
    Numbering content) {

  public static final DeviceState NEW =
      new DeviceState(
          Optional.empty(),
          Status.NeverSeen.UNKNOWN,
          0,
          Credentials.NONE,
          PendingCommands.NONE,
          RecentKeys.NONE,
          Numbering.NONE);

  /** Who the device is. Its organisation never changes. */
  public record Profile(OrgId org, String name, SortedSet<String> tags, boolean disabled) {}

  public boolean isOf(OrgId org) {
    return profile.isPresent() && profile.get().org().equals(org);
  }

  // formatter:off
  public DeviceState after(DeviceEvent event) {
    return switch (event) {
      case Registered e     -> known(new Profile(e.org(), e.name(), new TreeSet<>(), false)).become(new Status.NeverSeen(e.at()));
      case Renamed e        -> known(who().named(e.name()));
      case Tagged e         -> known(who().tagged(e.tags()));
      case Untagged e       -> known(who().untagged(e.tags()));
      case Disabled _       -> known(who().disabled(true));
      case Enabled _        -> known(who().disabled(false));
      case WasRetired e     -> become(new Status.Retired(e.at()));
      case TokenIssued e    -> trusting(credentials.plus(e));
      case TokenRenewed e   -> trusting(credentials.plus(e));
      case TokenUsed e      -> trusting(credentials.usedBy(e));
      case TokenRevoked e   -> trusting(credentials.revokedAt(e.at())).at(epoch + 1);
      case CameOnline e     -> become(new Status.Online(e.epoch(), e.node(), e.at())).at(e.epoch());
      case WentAway e       -> become(new Status.Away(e.epoch(), e.reason(), e.at(), e.deadline()));
      case WentOffline e    -> become(new Status.Offline(e.at()));
      case CommandQueued e  -> waitingFor(pending.plus(e.order(), e.traceparent())).remembering(keys.plus(e, pending));
      case CommandSent e    -> waitingFor(pending.sent(e));
      case CommandSettled e -> waitingFor(pending.minus(e.id()));
      case ContentNumbered e -> showing(content.with(new Numbering.Numbered(e.playlistId(), e.version(), e.print())));
    };
  }
  // formatter:on

  private record Who(Profile profile) {
    Profile named(String name) {
      return new Profile(profile.org(), name, profile.tags(), profile.disabled());
    }

    Profile tagged(SortedSet<String> more) {
      var tags = new TreeSet<>(profile.tags());
      tags.addAll(more);
      return new Profile(profile.org(), profile.name(), tags, profile.disabled());
    }

    Profile untagged(SortedSet<String> less) {
      var tags = new TreeSet<>(profile.tags());
      tags.removeAll(less);
      return new Profile(profile.org(), profile.name(), tags, profile.disabled());
    }

    Profile disabled(boolean disabled) {
      return new Profile(profile.org(), profile.name(), profile.tags(), disabled);
    }
  }

  private Who who() {
    return new Who(profile.orElseThrow());
  }

  private DeviceState known(Profile who) {
    return new DeviceState(Optional.of(who), status, epoch, credentials, pending, keys, content);
  }

  private DeviceState become(Status next) {
    return new DeviceState(profile, next, epoch, credentials, pending, keys, content);
  }

  private DeviceState at(long newest) {
    return new DeviceState(profile, status, newest, credentials, pending, keys, content);
  }

  private DeviceState trusting(Credentials next) {
    return new DeviceState(profile, status, epoch, next, pending, keys, content);
  }

  private DeviceState waitingFor(PendingCommands next) {
    return new DeviceState(profile, status, epoch, credentials, next, keys, content);
  }

  private DeviceState remembering(RecentKeys next) {
    return new DeviceState(profile, status, epoch, credentials, pending, next, content);
  }

  private DeviceState showing(Numbering next) {
    return new DeviceState(profile, status, epoch, credentials, pending, keys, next);
  }
}
