package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.device.DeviceEvent.*;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeviceStateTest {
  private static final OrgId ORG = new OrgId("acme");
  private static final NodeId NODE = new NodeId("node@1");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final DeviceState REGISTERED =
      DeviceState.NEW.after(new Registered(ORG, "Lobby", "ann", NOW));
  private static final DeviceState ONLINE = REGISTERED.after(new CameOnline(4, NODE, NOW));

  @Test
  void a_new_one_belongs_to_nobody() {
    assertFalse(DeviceState.NEW.isOf(ORG));
    assertEquals(Presence.NEVER_SEEN, DeviceState.NEW.status().presence());
  }

  @Test
  void registering_says_whose_it_is() {
    assertTrue(REGISTERED.isOf(ORG));
    assertFalse(REGISTERED.isOf(new OrgId("globex")));
    assertEquals(NOW, REGISTERED.status().since());
  }

  @Test
  void coming_online_sets_the_epoch() {
    assertEquals(4, ONLINE.epoch());
    assertEquals(new Status.Online(4, NODE, NOW), ONLINE.status());
  }

  @Test
  void going_away_and_offline_keeps_the_epoch() {
    var away = ONLINE.after(new WentAway(4, AwayReason.GOODBYE, NOW.plusSeconds(120), NOW));
    assertEquals(Presence.RECONNECTING, away.status().presence());
    var offline = away.after(new WentOffline(4, NOW.plusSeconds(120)));
    assertEquals(Presence.OFFLINE, offline.status().presence());
    assertEquals(4, offline.epoch());
  }

  @Test
  void a_revocation_takes_an_epoch_for_itself() {
    var revoked = ONLINE.after(new TokenRevoked("ann", NOW));
    assertEquals(5, revoked.epoch());
    assertEquals(ONLINE.status(), revoked.status());
  }

  @Test
  void a_retired_one_is_offline_for_people() {
    var retired = ONLINE.after(new WasRetired("ann", NOW));
    assertInstanceOf(Status.Retired.class, retired.status());
    assertEquals(Presence.OFFLINE, retired.status().presence());
  }

  @Test
  void tags_come_and_go() {
    var tagged = ONLINE.after(new Tagged(DeviceRig.sorted("a", "b"), "ann", NOW));
    var less = tagged.after(new Untagged(DeviceRig.sorted("a", "zz"), "ann", NOW));
    assertEquals(DeviceRig.sorted("b"), less.profile().orElseThrow().tags());
    assertEquals(new TreeSet<>(), ONLINE.profile().orElseThrow().tags());
  }

  @Test
  void disabling_and_naming_leave_the_rest_alone() {
    var changed = ONLINE.after(new Disabled("ann", NOW)).after(new Renamed("Hall", "ann", NOW));
    assertTrue(changed.profile().orElseThrow().disabled());
    assertEquals("Hall", changed.profile().orElseThrow().name());
    assertFalse(changed.after(new Enabled("ann", NOW)).profile().orElseThrow().disabled());
    assertEquals(ONLINE.status(), changed.status());
  }

  @Test
  void a_settled_command_leaves_the_queue_and_its_key_stays() {
    var order =
        new Order(
            new CommandId("c"),
            "hello",
            Optional.empty(),
            Optional.empty(),
            "ann",
            NOW,
            NOW.plusSeconds(60));
    var queued = ONLINE.after(new CommandQueued(order, Optional.empty(), Optional.of("key"), NOW));
    assertEquals(1, queued.pending().size());
    var settled =
        queued.after(
            new CommandSettled(
                order.id(), Outcome.EXPIRED, Optional.empty(), Optional.empty(), 0, NOW));
    assertTrue(settled.pending().isEmpty());
    assertEquals(
        order.id(), settled.keys().find("key", PendingCommands.NONE, NOW).orElseThrow().id());
    assertTrue(settled.keys().find("key", PendingCommands.NONE, NOW.plusSeconds(86_400)).isEmpty());
  }

  @Test
  void keys_of_settled_commands_are_bounded() {
    var state = ONLINE;
    for (int n = 0; n < 100; n++) {
      var order =
          new Order(
              new CommandId("c" + n),
              "hello",
              Optional.empty(),
              Optional.empty(),
              "ann",
              NOW,
              NOW.plusSeconds(60));
      state =
          state
              .after(new CommandQueued(order, Optional.empty(), Optional.of("k" + n), NOW))
              .after(
                  new CommandSettled(
                      order.id(), Outcome.CANCELLED, Optional.empty(), Optional.empty(), 0, NOW));
    }
    assertEquals(RecentKeys.MAX, state.keys().used().size());
    assertTrue(state.keys().find("k0", PendingCommands.NONE, NOW).isEmpty());
    assertTrue(state.keys().find("k99", PendingCommands.NONE, NOW).isPresent());
  }
}
