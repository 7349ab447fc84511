package io.muster.support;

import io.muster.actors.CommandId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.*;
import io.muster.actors.device.Order;
import io.muster.actors.device.Outcome;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** One event of each kind, as a life that a device could have had. */
public final class SampleEvents {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00.123456Z");
  private static final String HASH =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  private static final CommandId COMMAND = new CommandId("7-0k3v9x2m4q8z");

  private SampleEvents() {}

  /** By the file in which the journal's spelling of it is frozen. */
  public static Map<String, DeviceEvent> all() {
    var events = new LinkedHashMap<String, DeviceEvent>();
    events.put(
        "registered.v1", new Registered(new OrgId("acme"), "Lobby – left \"A\"", "user:ada", T));
    events.put("renamed.v1", new Renamed("Lobby", "user:ada", T));
    events.put("tagged.v1", new Tagged(new TreeSet<>(List.of("floor:1", "lobby")), "user:ada", T));
    events.put("untagged.v1", new Untagged(new TreeSet<>(List.of("floor:1")), "user:ada", T));
    events.put("disabled.v1", new Disabled("user:ada", T));
    events.put("enabled.v1", new Enabled("user:ada", T));
    events.put("token-issued.v1", new TokenIssued(HASH, T.plusSeconds(3600), "service", T));
    events.put("token-used.v1", new TokenUsed(HASH, T));
    events.put("came-online.v1", new CameOnline(1, new NodeId("muster-0:7355#1"), T));
    events.put(
        "command-queued.v1",
        new CommandQueued(
            order(),
            Optional.of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            Optional.of("key-1"),
            T));
    events.put(
        "command-queued.v1.bare",
        new CommandQueued(bareOrder(), Optional.empty(), Optional.empty(), T));
    events.put("command-sent.v1", new CommandSent(COMMAND, 1, 1, T));
    events.put(
        "command-settled.v1",
        new CommandSettled(
            COMMAND, Outcome.ACKNOWLEDGED, Optional.of("done"), Optional.of("reconnected"), 2, T));
    events.put(
        "command-settled.v1.bare",
        new CommandSettled(
            bareOrder().id(), Outcome.UNCONFIRMED, Optional.empty(), Optional.empty(), 0, T));
    events.put("went-away.v1", new WentAway(1, AwayReason.SILENCE, T.plusSeconds(120), T));
    events.put("went-offline.v1", new WentOffline(1, T));
    events.put("token-revoked.v1", new TokenRevoked("user:ada", T));
    events.put("was-retired.v1", new WasRetired("user:ada", T));
    events.put(
        "token-renewed.v1",
        new TokenRenewed(HASH, HASH.replace('9', '0'), T.plusSeconds(7_776_000), T));
    events.put(
        "content-numbered.v1",
        new ContentNumbered(
            "lobby-loop",
            Instant.parse("2026-03-01T08:30:00.123Z"),
            -6_917_529_027_641_081_856L,
            T));
    return events;
  }

  private static Order order() {
    return new Order(
        COMMAND,
        "set_volume",
        Optional.of("{\"level\": 0.50, \"ramp\":[1,2e3],\"who\":\"Zoë\"}"),
        Optional.of("volume"),
        "user:ada",
        T,
        T.plusSeconds(3600));
  }

  private static Order bareOrder() {
    return new Order(
        new CommandId("legacy-1"),
        "reload",
        Optional.empty(),
        Optional.empty(),
        "service",
        T,
        T.plusSeconds(300));
  }
}
