package io.muster.actors.device;

import io.muster.actors.CommandId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Everything that has happened to a device, as the journal keeps it for ever. A released event is
 * readable for ever.
 */
public sealed interface DeviceEvent {

  Instant at();

  // ── who it is ──
  record Registered(OrgId org, String name, String by, Instant at) implements DeviceEvent {}

  record Renamed(String name, String by, Instant at) implements DeviceEvent {}

  record Tagged(SortedSet<String> tags, String by, Instant at) implements DeviceEvent {}

  record Untagged(SortedSet<String> tags, String by, Instant at) implements DeviceEvent {}

  record Disabled(String by, Instant at) implements DeviceEvent {}

  record Enabled(String by, Instant at) implements DeviceEvent {}

  record WasRetired(String by, Instant at) implements DeviceEvent {}

  // ── what it may show at the door; hashes are SHA-256 in hex ──
  record TokenIssued(String hash, Instant expiresAt, String by, Instant at)
      implements DeviceEvent {}

  /**
   * Made to take the place of the token that its client has shown and that is about to expire. The
   * former one stays good for as long as it lives: nobody knows whether the client can keep the new
   * one.
   */
  record TokenRenewed(String former, String hash, Instant expiresAt, Instant at)
      implements DeviceEvent {}

  /**
   * First use of an issued token: the ones issued before it end here, save those of its descent.
   */
  record TokenUsed(String hash, Instant at) implements DeviceEvent {}

  /** Every token so far, issued here or elsewhere, ends. */
  record TokenRevoked(String by, Instant at) implements DeviceEvent {}

  // ── whether it is there ──
  record CameOnline(long epoch, NodeId node, Instant at) implements DeviceEvent {}

  record WentAway(long epoch, AwayReason reason, Instant deadline, Instant at)
      implements DeviceEvent {}

  record WentOffline(long epoch, Instant at) implements DeviceEvent {}

  // ── what it shall show ──
  /** The version of a playlist, from before it is told to anybody. */
  record ContentNumbered(String playlistId, Instant version, long print, Instant at)
      implements DeviceEvent {}

  // ── what it is told to do ──
  record CommandQueued(Order order, Optional<String> traceparent, Optional<String> key, Instant at)
      implements DeviceEvent {}

  record CommandSent(CommandId id, long epoch, int attempt, Instant at) implements DeviceEvent {}

  record CommandSettled(
      CommandId id,
      Outcome outcome,
      Optional<String> reason,
      Optional<String> evidence,
      long epoch,
      Instant at)
      implements DeviceEvent {}

  /**
   * Changes what a list of devices shows. Only such events are tagged: a tag halves the journal's
   * throughput.
   */
  default boolean changesTheView() {
    return switch (this) {
      case Registered _, Renamed _, Tagged _, Untagged _, Disabled _, Enabled _, WasRetired _ ->
          true;
      case CameOnline _, WentAway _, WentOffline _ -> true;
      case TokenIssued _, TokenRenewed _, TokenUsed _, TokenRevoked _, ContentNumbered _ -> false;
      case CommandQueued _, CommandSent _, CommandSettled _ -> false;
    };
  }
}
