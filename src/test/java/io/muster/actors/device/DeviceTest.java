package io.muster.actors.device;

import static io.muster.actors.Refusal.*;
import static io.muster.actors.device.DeviceRig.ORG;
import static io.muster.actors.device.DeviceRig.OTHER_ORG;
import static io.muster.actors.device.DeviceRig.TOKEN;
import static io.muster.actors.device.DeviceRig.end;
import static io.muster.actors.device.DeviceRig.eventually;
import static io.muster.actors.device.DeviceRig.refused;
import static io.muster.actors.device.DeviceRig.sorted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeliveryState;
import io.muster.actors.OrgId;
import io.muster.actors.device.DeviceCommand.*;
import io.muster.actors.notify.GraceRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(20)
class DeviceTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static ActorTestKit kit;
  private DeviceRig tv;

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create(DeviceRig.CONFIG);
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  @BeforeEach
  void plugIn() {
    tv = new DeviceRig(kit);
  }

  @AfterEach
  void unplug() {
    tv.close();
  }

  @Nested
  class When_nobody_has_heard_of_it {
    @Test
    void a_refusal_is_all_it_was_awake_for() {
      refused(DEVICE_NOT_FOUND, tv.ask(Describe::new));
      tv.shard.expectMessageClass(ClusterSharding.Passivate.class);
    }

    @Test
    void people_are_told_that_there_is_no_such_device() {
      refused(DEVICE_NOT_FOUND, tv.ask(Describe::new));
      refused(DEVICE_NOT_FOUND, tv.wants(tv.wish("hello")));
      refused(DEVICE_NOT_FOUND, tv.retires());
      refused(DEVICE_NOT_FOUND, tv.revokes());
      refused(DEVICE_NOT_FOUND, tv.issues("t1"));
      refused(DEVICE_NOT_FOUND, tv.disables());
      refused(DEVICE_NOT_FOUND, tv.ask(ListPending::new));
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void a_verified_token_is_good_when_it_is_checked_because_it_would_enrol_it() {
      assertEquals(new Answer.Done(), tv.ask((o, to) -> new CheckToken(o, TOKEN, to)));
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void a_verified_token_enrols_it_under_its_own_name() {
      var session = tv.session();
      tv.tell(session.connect(ORG, TOKEN));
      assertEquals(List.of("Registered", "CameOnline"), tv.facts());
      assertEquals(List.of("welcome 1"), session.told());
      assertEquals(tv.id.value(), tv.view().name());
      assertEquals("online", tv.status());
    }

    @Test
    void registering_creates_it() {
      var created =
          assertInstanceOf(Answer.Created.class, tv.registers(ORG, "Lobby", "floor:1")).device();
      assertEquals("Lobby", created.name());
      assertEquals(sorted("floor:1"), created.tags());
      assertEquals("never-seen", created.presence().word());
      assertEquals(0, created.epoch());
      assertEquals(2, created.seq());
      assertEquals(List.of("Registered", "Tagged"), tv.facts());
    }

    @Test
    void a_heartbeat_of_a_future_that_the_journal_has_lost_may_come_again() {
      var session = tv.session();
      tv.tell(new Heartbeat(session.linkOf(7), 1, Optional.empty()));
      assertEquals(List.of("goodbye unavailable"), session.told());
    }

    @Test
    void it_goes_to_sleep_after_30_s() {
      tv.settles();
      tv.jumps(Duration.ofSeconds(30));
      tv.shard.expectMessageClass(ClusterSharding.Passivate.class);
    }
  }

  @Nested
  class When_registered {
    @BeforeEach
    void register() {
      tv.registers();
      tv.facts();
      tv.feed.clear();
    }

    @Test
    void registering_it_again_describes_it_and_changes_nothing() {
      var again = assertInstanceOf(Answer.Described.class, tv.registers(ORG, "Other")).device();
      assertEquals("Lobby", again.name());
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void another_organisation_cannot_have_its_id() {
      refused(DEVICE_ID_TAKEN, tv.registers(OTHER_ORG, "Mine"));
    }

    @Test
    void another_organisation_does_not_even_learn_that_it_exists() {
      refused(DEVICE_NOT_FOUND, tv.ask(OTHER_ORG, Describe::new));
      refused(DEVICE_NOT_FOUND, tv.ask(OTHER_ORG, ListPending::new));
      refused(DEVICE_NOT_FOUND, tv.ask(OTHER_ORG, (o, to) -> new Retire(o, "eve", to)));
      refused(
          DEVICE_NOT_FOUND,
          tv.ask(OTHER_ORG, (o, to) -> new RevokeTokens(o, "revoked", "eve", to)));
      refused(
          DEVICE_NOT_FOUND, tv.ask(OTHER_ORG, (o, to) -> new Enqueue(o, tv.wish("reload"), to)));
      var id = tv.queues("hello");
      refused(DEVICE_NOT_FOUND, tv.ask(OTHER_ORG, (o, to) -> new DescribeCommand(o, id, to)));
      refused(DEVICE_NOT_FOUND, tv.ask(OTHER_ORG, (o, to) -> new Cancel(o, id, "eve", to)));
      refused(DEVICE_NOT_FOUND, tv.ask(OTHER_ORG, (o, to) -> new AwaitSettled(o, id, to)));
    }

    @Test
    void a_token_of_another_organisation_is_turned_away() {
      var session = tv.session();
      tv.tell(session.connect(OTHER_ORG, TOKEN));
      assertEquals(List.of("goodbye wrong_organisation"), session.told());
      assertEquals("never-seen", tv.status());
    }

    @Test
    void its_name_and_tags_can_be_changed_and_only_changes_are_facts() {
      tv.amends(Optional.of("Hall"), Optional.of(sorted("a", "b")), Optional.empty());
      assertEquals(List.of("Renamed", "Tagged"), tv.facts());
      tv.amends(Optional.of("Hall"), Optional.of(sorted("b", "c")), Optional.empty());
      assertEquals(List.of("Untagged", "Tagged"), tv.facts());
      tv.amends(Optional.of("Hall"), Optional.of(sorted("b", "c")), Optional.of(false));
      assertEquals(List.of(), tv.facts());
      assertEquals("Hall", tv.view().name());
      assertEquals(sorted("b", "c"), tv.view().tags());
    }

    @Test
    void a_disabled_one_keeps_its_socket_and_refuses_commands() {
      var session = tv.online();
      tv.disables();
      assertTrue(tv.view().disabled());
      refused(DEVICE_DISABLED, tv.wants(tv.wish("hello")));
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1"), session.told());
      tv.amends(Optional.empty(), Optional.empty(), Optional.of(false));
      assertEquals("hello", tv.accepted(tv.wants(tv.wish("hello"))).type());
    }

    @Test
    void a_connection_that_nobody_waits_for_any_more_is_not_journalled() {
      var session = tv.session();
      tv.facts();
      tv.tell(session.connect(ORG, TOKEN, tv.clock.instant().minusMillis(1)));
      assertEquals(List.of("goodbye unavailable"), session.told());
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void a_disabled_one_may_connect() {
      tv.disables();
      var session = tv.session();
      tv.tell(session.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 1"), session.told());
    }

    @Test
    void a_command_waits_for_its_first_connection() {
      var id = tv.queues("hello");
      assertEquals(DeliveryState.QUEUED, tv.command(id).state());
      var session = tv.session();
      tv.tell(session.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 1", "hello " + id), session.told());
    }

    @Test
    void what_is_known_of_it_survives_a_restart() {
      tv.amends(Optional.of("Hall"), Optional.of(sorted("a")), Optional.of(true));
      var before = tv.view();
      tv.restarts();
      assertEquals(before, tv.view());
    }

    @Test
    void it_goes_to_sleep_after_30_s_and_stops_when_told_so() {
      tv.jumps(Duration.ofSeconds(29));
      tv.shard.expectNoMessage(Duration.ZERO);
      tv.jumps(SECOND);
      tv.shard.expectMessageClass(ClusterSharding.Passivate.class);
      tv.ref().tell(new Sleep());
      kit.createTestProbe().expectTerminated(tv.ref(), Duration.ofSeconds(3));
      tv.restarts();
      assertEquals("never-seen", tv.status());
    }

    @Test
    void it_does_not_sleep_while_a_command_waits() {
      tv.queues("hello");
      tv.jumps(Duration.ofSeconds(31));
      tv.settles();
      tv.shard.expectNoMessage(Duration.ZERO);
    }
  }

  @Nested
  class When_online {
    private FakeSession session;

    @BeforeEach
    void connect() {
      tv.registers();
      session = tv.online();
    }

    @Test
    void a_heartbeat_is_answered_and_writes_nothing() {
      tv.tell(session.heartbeat());
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "heard 2"), session.told());
      assertEquals(List.of(), tv.facts());
      assertEquals(List.of(), tv.feed.told());
    }

    @Test
    void a_newer_connection_takes_over_and_the_older_is_told_to_close() {
      var newer = tv.session();
      tv.tell(newer.connect(ORG, TOKEN));
      assertEquals(List.of("goodbye superseded"), session.told());
      assertEquals(List.of("welcome 2"), newer.told());
      assertEquals(List.of("CameOnline"), tv.facts());
      assertEquals(List.of("online"), tv.feed.told());
    }

    @Test
    void the_goodbye_of_a_replaced_connection_changes_nothing() {
      var newer = tv.online(tv.session());
      tv.tell(session.goodbye());
      session.dies();
      tv.settles();
      assertEquals("online", tv.status());
      assertEquals(List.of(), tv.facts());
      tv.tell(newer.heartbeat());
      assertEquals(List.of("heard 1"), newer.told());
    }

    @Test
    void the_heartbeat_of_a_replaced_connection_is_told_to_close() {
      var newer = tv.online(tv.session());
      session.told();
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye superseded"), session.told());
      assertEquals(List.of(), newer.told());
    }

    @Test
    void a_session_that_asks_twice_gets_a_newer_epoch_and_no_goodbye() {
      tv.tell(session.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 2"), session.told());
      tv.tell(new SessionEnded(1));
      assertEquals("online", tv.status());
    }

    @Test
    void it_confirms_a_goodbye_when_it_is_written_and_one_that_is_no_news() {
      TestProbe<Answer> whoever = kit.createTestProbe();
      tv.tell(new SessionEnded(1, AwayReason.GOODBYE, Optional.of(whoever.ref())));
      whoever.expectMessage(new Answer.Done());
      tv.tell(new SessionEnded(1, AwayReason.GOODBYE, Optional.of(whoever.ref())));
      whoever.expectMessage(new Answer.Done());
      assertEquals(List.of("WentAway"), tv.facts());
    }

    @Test
    void it_does_not_confirm_the_goodbye_of_a_connection_that_another_owner_has_let_in() {
      TestProbe<Answer> whoever = kit.createTestProbe();
      tv.tell(new SessionEnded(2, AwayReason.GOODBYE, Optional.of(whoever.ref())));
      tv.tell(new SessionEnded(1, AwayReason.GOODBYE, Optional.of(whoever.ref())));
      whoever.expectMessage(new Answer.Done());
      assertEquals(List.of("WentAway"), tv.facts());
      whoever.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void its_goodbye_makes_it_reconnecting() {
      tv.tell(session.goodbye());
      assertEquals("reconnecting", tv.status());
      assertEquals(List.of("WentAway"), tv.facts());
      assertEquals(List.of("reconnecting"), tv.feed.told());
    }

    @Test
    void rule_74_one_that_we_sent_away_ourselves_is_no_news_until_twice_its_grace_has_passed() {
      tv.tell(new SessionEnded(1, AwayReason.DRAINED, Optional.empty()));
      tv.passes(Duration.ofMinutes(4));
      assertEquals(List.of("reconnecting"), tv.feed.told());
      tv.passes(SECOND);
      assertEquals("offline", tv.status());
    }

    @Test
    void rule_74_that_it_was_sent_away_is_known_after_a_restart() {
      tv.tell(new SessionEnded(1, AwayReason.DRAINED, Optional.empty()));
      tv.feed.clear();
      tv.restarts();
      tv.passes(Duration.ofMinutes(3));
      assertEquals(List.of(), tv.feed.told());
      tv.passes(Duration.ofSeconds(61));
      assertEquals("offline", tv.status());
    }

    @Test
    void the_death_of_its_session_is_a_goodbye() {
      session.dies();
      eventually("reconnecting", () -> tv.status().equals("reconnecting"));
    }

    @Test
    void a_session_that_died_before_its_welcome_leaves_nothing_behind() {
      var hasty = tv.session();
      hasty.dies();
      tv.tell(hasty.connect(ORG, TOKEN));
      eventually("reconnecting", () -> tv.status().equals("reconnecting"));
      assertEquals(List.of("CameOnline", "WentAway"), tv.facts());
    }

    @Test
    void a_long_life_is_recovered_from_a_snapshot() {
      for (int n = 0; n < 100; n++) {
        tv.acknowledges(tv.queues("hello"));
      }
      var last = tv.queues("hello");
      var before = tv.view();
      tv.restarts();
      assertEquals(before, tv.view());
      assertEquals(List.of(last), tv.pending().stream().map(CommandView::id).toList());
      tv.tell(session.heartbeat());
      tv.acknowledges(last);
      assertEquals(List.of(), tv.pending());
    }

    @Test
    void a_move_to_another_node_costs_no_epoch() {
      var stopped = tv.ref();
      stopped.tell(new Sleep());
      kit.createTestProbe().expectTerminated(stopped, Duration.ofSeconds(3));
      tv.restarts();
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found"), session.told());
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void silence_of_its_socket_is_the_business_of_the_socket() {
      tv.passes(Duration.ofMinutes(3));
      assertEquals("online", tv.status());
    }

    @Test
    void it_does_not_sleep() {
      tv.jumps(Duration.ofMinutes(3));
      tv.settles();
      tv.shard.expectNoMessage(Duration.ZERO);
    }

    @Test
    void a_heartbeat_of_a_future_that_the_journal_has_lost_may_come_again() {
      var stranger = tv.session();
      tv.tell(new Heartbeat(stranger.linkOf(7), 1, Optional.empty()));
      assertEquals(List.of("goodbye unavailable"), stranger.told());
      assertEquals("online", tv.status());
    }

    @Test
    void nobody_watching_costs_no_news() {
      tv.feed.nobodyWatches();
      tv.queues("hello");
      tv.tell(session.goodbye());
      assertEquals(List.of(), tv.feed.told());
    }

    @Test
    void news_is_ordered_by_epoch_and_sequence_number() {
      var before = tv.view();
      tv.online(tv.session());
      assertTrue(tv.view().isNewerThan(before));
      assertEquals(2, tv.view().epoch());
    }
  }

  @Nested
  class When_its_grace_is_a_rule_of_its_own {
    @Test
    void rule_67_the_rule_decides_when_it_is_offline_everywhere() {
      try (var slow =
          new DeviceRig(
              kit,
              DeviceSettings.DEFAULT,
              new Elsewhere(),
              GraceRules.always(Duration.ofMinutes(10)))) {
        slow.registers();
        slow.tell(slow.online().goodbye());
        slow.passes(Duration.ofMinutes(9));
        assertEquals("reconnecting", slow.status());
        slow.passes(Duration.ofSeconds(61));
        assertEquals("offline", slow.status());
      }
    }
  }

  @Nested
  class When_restarted_while_online {
    private FakeSession session;

    @BeforeEach
    void restart() {
      tv.registers();
      session = tv.online();
      tv.restarts();
    }

    @Test
    void it_learns_its_session_from_the_next_heartbeat() {
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found"), session.told());
      assertEquals(List.of(), tv.facts());
      var id = tv.queues("hello");
      assertEquals(List.of("hello " + id), session.told());
    }

    @Test
    void a_command_that_came_meanwhile_goes_with_the_next_heartbeat() {
      var id = tv.queues("hello");
      assertEquals(DeliveryState.QUEUED, tv.command(id).state());
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found", "hello " + id), session.told());
    }

    @Test
    void it_is_away_after_60_s_of_silence() {
      tv.passes(Duration.ofSeconds(59));
      assertEquals("online", tv.status());
      tv.passes(Duration.ofSeconds(2));
      assertEquals("reconnecting", tv.status());
    }

    @Test
    void requests_do_not_prolong_the_silence() {
      tv.passes(Duration.ofSeconds(30));
      tv.queues("hello");
      tv.passes(Duration.ofSeconds(20));
      tv.queues("hello");
      tv.passes(Duration.ofSeconds(11));
      assertEquals("reconnecting", tv.status());
    }

    @Test
    void a_heartbeat_ends_the_silence() {
      tv.passes(Duration.ofSeconds(59));
      tv.tell(session.heartbeat());
      tv.passes(Duration.ofMinutes(3));
      assertEquals("online", tv.status());
    }

    @Test
    void its_goodbye_counts() {
      tv.tell(session.goodbye());
      assertEquals("reconnecting", tv.status());
    }

    @Test
    void the_death_of_a_found_session_counts() {
      tv.tell(session.heartbeat());
      session.dies();
      eventually("reconnecting", () -> tv.status().equals("reconnecting"));
    }

    @Test
    void the_heartbeat_of_an_older_connection_is_told_to_close() {
      var newer = tv.online(tv.session());
      tv.restarts();
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye superseded"), session.told());
      tv.tell(newer.heartbeat());
      assertEquals(List.of("heard 1", "found"), newer.told());
    }

    @Test
    void a_newer_connection_takes_over_and_the_older_learns_it_by_its_heartbeat() {
      var newer = tv.session();
      tv.tell(newer.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 2"), newer.told());
      assertEquals(List.of(), session.told());
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye superseded"), session.told());
    }
  }

  @Nested
  class When_reconnecting {
    private FakeSession session;

    @BeforeEach
    void leave() {
      tv.registers();
      session = tv.online();
      tv.tell(session.goodbye());
      tv.facts();
      tv.feed.clear();
    }

    @Test
    void existing_clients_are_told_after_10_s() {
      tv.passes(Duration.ofSeconds(9));
      assertEquals(List.of(), tv.feed.told());
      tv.passes(Duration.ofSeconds(2));
      assertEquals(List.of("missing, reconnecting"), tv.feed.told());
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void they_are_told_once() {
      tv.passes(Duration.ofSeconds(11));
      tv.queues("hello");
      tv.passes(Duration.ofSeconds(60));
      assertEquals(List.of("missing, reconnecting", "hello queued"), tv.feed.told());
    }

    @Test
    void they_are_told_although_commands_come_at_that_moment() {
      tv.jumps(Duration.ofSeconds(10)); // the clock of the actor is due one millisecond later
      tv.queues("hello");
      tv.passes(SECOND);
      assertEquals(List.of("hello queued", "missing, reconnecting"), tv.feed.told());
    }

    @Test
    void it_is_offline_after_two_minutes() {
      tv.passes(Duration.ofSeconds(119));
      assertEquals("reconnecting", tv.status());
      tv.feed.clear();
      tv.passes(Duration.ofSeconds(2));
      assertEquals("offline", tv.status());
      assertEquals(List.of("WentOffline"), tv.facts());
      assertEquals(List.of("offline"), tv.feed.told());
    }

    @Test
    void nobody_is_told_when_it_is_back_within_10_s() {
      tv.passes(Duration.ofSeconds(9));
      var back = tv.session();
      tv.tell(back.connect(ORG, TOKEN));
      tv.passes(Duration.ofMinutes(3));
      assertEquals(List.of("welcome 2"), back.told());
      assertEquals(List.of("online"), tv.feed.told());
      assertEquals("online", tv.status());
    }

    @Test
    void the_deadline_survives_a_restart() {
      tv.passes(Duration.ofSeconds(60));
      tv.restarts();
      tv.passes(Duration.ofSeconds(59));
      assertEquals("reconnecting", tv.status());
      tv.passes(Duration.ofSeconds(2));
      assertEquals("offline", tv.status());
    }

    @Test
    void existing_clients_are_told_although_it_was_down_at_that_moment() {
      tv.passes(Duration.ofSeconds(5));
      tv.isDownFor(Duration.ofSeconds(40));
      tv.passes(SECOND);
      assertEquals(List.of("missing, reconnecting"), tv.feed.told());
    }

    @Test
    void a_deadline_that_passed_while_it_was_down_is_kept_at_once() {
      tv.isDownFor(Duration.ofMinutes(10));
      tv.tell(new Wake());
      tv.passes(SECOND);
      assertEquals("offline", tv.status());
    }

    @Test
    void a_late_timer_of_an_earlier_absence_is_ignored() {
      tv.tell(new GraceOver(0));
      tv.tell(new TimeToTell(0));
      tv.tell(new SilenceOver(1));
      assertEquals("reconnecting", tv.status());
      assertEquals(List.of(), tv.feed.told());
    }

    @Test
    void it_does_not_sleep() {
      tv.jumps(Duration.ofSeconds(60));
      tv.settles();
      tv.shard.expectNoMessage(Duration.ZERO);
    }

    @Test
    void commands_wait() {
      var id = tv.queues("hello");
      assertEquals(DeliveryState.QUEUED, tv.command(id).state());
      var back = tv.session();
      tv.tell(back.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 2", "hello " + id), back.told());
    }

    @Test
    void a_second_goodbye_changes_nothing() {
      tv.tell(session.goodbye());
      assertEquals(List.of(), tv.facts());
    }
  }

  @Nested
  class When_its_socket_has_outlived_our_patience {
    private FakeSession session;

    @BeforeEach
    void silence() {
      tv.registers();
      session = tv.online();
      tv.restarts();
      tv.passes(Duration.ofSeconds(61));
      tv.facts();
      tv.feed.clear();
    }

    @Test
    void its_heartbeat_brings_it_back_while_it_was_away() {
      tv.tell(session.heartbeat());
      assertEquals(List.of("welcome 1", "heard 1"), session.told());
      assertEquals(List.of("CameOnline"), tv.facts());
      assertEquals(List.of("online"), tv.feed.told());
      assertEquals("online", tv.status());
    }

    @Test
    void its_heartbeat_brings_it_back_when_it_was_offline() {
      tv.passes(Duration.ofMinutes(3));
      assertEquals("offline", tv.status());
      tv.tell(session.heartbeat());
      assertEquals(List.of("welcome 1", "heard 1"), session.told());
      assertEquals("online", tv.status());
    }

    @Test
    void it_is_the_same_connection_and_proves_no_reload() {
      var id = tv.queues("reload");
      tv.tell(session.heartbeat());
      tv.restarts();
      tv.passes(Duration.ofSeconds(61));
      tv.tell(session.heartbeat());
      assertEquals(DeliveryState.SENT, tv.command(id).state());
    }

    @Test
    void its_goodbye_counts_again() {
      tv.tell(session.heartbeat());
      tv.tell(session.goodbye());
      assertEquals("reconnecting", tv.status());
      tv.passes(Duration.ofMinutes(2).plus(SECOND));
      assertEquals("offline", tv.status());
    }

    @Test
    void a_connection_that_came_after_it_keeps_its_place() {
      var newer = tv.online(tv.session());
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye superseded"), session.told());
      assertEquals(List.of(), newer.told());
    }

    @Test
    void an_older_one_that_nobody_replaces_any_more_may_come_again() {
      var newer = tv.online(tv.session());
      tv.tell(newer.goodbye());
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye unavailable"), session.told());
      assertEquals("reconnecting", tv.status());
    }

    @Test
    void a_revocation_in_between_leaves_it_outside() {
      tv.revokes();
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye unavailable"), session.told());
      tv.tell(session.connect(ORG, TOKEN));
      assertEquals(List.of("goodbye revoked"), session.told());
    }
  }

  @Nested
  class When_offline {
    private FakeSession session;

    @BeforeEach
    void disappear() {
      tv.registers();
      session = tv.online();
      tv.tell(session.goodbye());
      tv.passes(Duration.ofSeconds(121));
      tv.facts();
      tv.feed.clear();
    }

    @Test
    void it_goes_to_sleep_after_30_s() {
      tv.jumps(Duration.ofSeconds(31));
      tv.shard.expectMessageClass(ClusterSharding.Passivate.class);
    }

    @Test
    void what_it_still_has_to_do_is_counted_for_lists_after_a_restart() {
      tv.queues("hello");
      tv.queues("hello");
      tv.restarts();
      assertEquals(2, tv.countedForLists());
    }

    @Test
    void it_stays_offline_after_a_restart() {
      var before = tv.view();
      tv.restarts();
      tv.passes(Duration.ofMinutes(5));
      assertEquals(before, tv.view());
    }

    @Test
    void a_connection_brings_it_back() {
      var back = tv.session();
      tv.tell(back.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 2"), back.told());
      assertEquals(List.of("online"), tv.feed.told());
    }

    @Test
    void commands_wait_and_keep_it_awake() {
      tv.queues("hello");
      tv.jumps(Duration.ofSeconds(31));
      tv.settles();
      tv.shard.expectNoMessage(Duration.ZERO);
    }

    @Test
    void it_sleeps_when_the_last_command_has_expired() {
      tv.wants(Wishes.expiring(tv.wish("hello"), 60));
      tv.passes(Duration.ofSeconds(61));
      assertEquals(List.of(), tv.pending());
      tv.jumps(Duration.ofSeconds(31));
      tv.shard.expectMessageClass(ClusterSharding.Passivate.class);
    }
  }

  @Nested
  class When_retired {
    private FakeSession session;

    @BeforeEach
    void connect() {
      tv.registers();
      session = tv.online();
    }

    @Test
    void its_session_is_told_and_everything_pending_is_cancelled() {
      var sent = tv.queues("hello");
      var queued = tv.queues("hello");
      var ends = List.of(tv.awaits(sent), tv.awaits(queued));
      session.told();
      assertEquals(new Answer.Done(), tv.retires());
      assertEquals(List.of("goodbye revoked"), session.told());
      for (var end : ends) {
        assertEquals(DeliveryState.CANCELLED, end(end).state());
      }
      assertTrue(tv.view().retired());
      assertEquals("offline", tv.status());
    }

    @Test
    void it_lets_nobody_in_and_accepts_nothing() {
      tv.retires();
      session.told();
      var stranger = tv.session();
      tv.tell(stranger.connect(ORG, TOKEN));
      assertEquals(List.of("goodbye revoked"), stranger.told());
      refused(DEVICE_RETIRED, tv.wants(tv.wish("hello")));
      refused(DEVICE_RETIRED, tv.registers());
      refused(DEVICE_RETIRED, tv.issues("t1"));
      refused(DEVICE_RETIRED, tv.revokes());
      refused(DEVICE_RETIRED, tv.disables());
      assertEquals(new Answer.Done(), tv.retires());
    }

    @Test
    void another_organisation_learns_nothing_of_it() {
      tv.retires();
      refused(DEVICE_ID_TAKEN, tv.registers(OTHER_ORG, "Mine"));
      var stranger = tv.session();
      tv.tell(stranger.connect(OTHER_ORG, TOKEN));
      assertEquals(List.of("goodbye wrong_organisation"), stranger.told());
    }

    @Test
    void a_session_that_it_had_lost_is_told_at_its_next_heartbeat() {
      tv.restarts();
      tv.retires();
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye revoked"), session.told());
    }

    @Test
    void the_goodbye_of_its_session_changes_nothing() {
      tv.retires();
      tv.facts();
      tv.tell(session.goodbye());
      session.dies();
      tv.passes(Duration.ofMinutes(3));
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void it_stays_so_after_a_restart() {
      tv.retires();
      tv.restarts();
      assertTrue(tv.view().retired());
    }
  }

  @Nested
  class Its_tokens {
    private final Instant now = DeviceRig.START;

    private Proof proof(String hash) {
      return DeviceRig.proof(hash, now);
    }

    private FakeSession comesWith(String hash) {
      var session = tv.session();
      tv.tell(session.connect(ORG, proof(hash)));
      return session;
    }

    @BeforeEach
    void register() {
      tv.registers();
    }

    @Test
    void a_newer_one_does_not_end_the_older_until_it_is_used() {
      tv.issues("t1");
      comesWith("t1");
      tv.issues("t2");
      assertEquals(List.of("welcome 2"), comesWith("t1").told());
      assertEquals(List.of("welcome 3"), comesWith("t2").told());
      assertEquals(List.of("goodbye revoked"), comesWith("t1").told());
      assertEquals(List.of("welcome 4"), comesWith("t2").told());
    }

    @Test
    void the_use_of_one_is_a_fact_once() {
      tv.issues("t1");
      tv.facts();
      comesWith("t1");
      comesWith("t1");
      assertEquals(List.of("TokenUsed", "CameOnline", "CameOnline"), tv.facts());
    }

    @Test
    void one_made_elsewhere_is_good_and_ends_none() {
      tv.issues("t1");
      comesWith("elsewhere");
      comesWith("t1");
      assertEquals(List.of("welcome 3"), comesWith("elsewhere").told());
    }

    @Test
    void revoking_ends_all_of_them_and_the_session() {
      tv.issues("t1");
      tv.issues("t2");
      var session = comesWith("t1");
      session.told();
      assertEquals(new Answer.Done(), tv.revokes());
      assertEquals(List.of("goodbye revoked"), session.told());
      assertEquals("reconnecting", tv.status());
      assertEquals(List.of("goodbye revoked"), comesWith("t1").told());
      assertEquals(List.of("goodbye revoked"), comesWith("t2").told());
      assertEquals(List.of("goodbye revoked"), comesWith("elsewhere").told());
    }

    @Test
    void a_revoked_session_does_not_come_back_by_a_heartbeat() {
      var session = comesWith("elsewhere");
      session.told();
      tv.revokes();
      tv.tell(session.heartbeat());
      assertEquals("reconnecting", tv.status());
    }

    @Test
    void a_session_that_it_had_lost_does_not_survive_a_revocation() {
      var session = comesWith("elsewhere");
      session.told();
      tv.restarts();
      tv.revokes();
      tv.tell(session.heartbeat());
      assertEquals(List.of("goodbye unavailable"), session.told());
      assertEquals("reconnecting", tv.status());
    }

    @Test
    void one_issued_after_a_revocation_is_good() {
      tv.revokes();
      tv.issues("t3");
      assertTrue(comesWith("t3").told().getFirst().startsWith("welcome"));
    }

    @Test
    void one_made_elsewhere_after_a_revocation_is_good() {
      tv.revokes();
      var session = tv.session();
      tv.tell(session.connect(ORG, DeviceRig.proof("fresh", now.plusSeconds(1))));
      assertTrue(session.told().getFirst().startsWith("welcome"));
    }

    private Answer checks(OrgId org, String hash) {
      return tv.ask(org, (of, to) -> new CheckToken(of, proof(hash), to));
    }

    @Test
    void can_be_checked_without_connecting() {
      tv.issues("t1");
      tv.facts();
      assertEquals(new Answer.Done(), checks(ORG, "t1"));
      tv.revokes();
      refused(TOKEN_REVOKED, checks(ORG, "t1"));
      assertEquals(List.of("TokenRevoked"), tv.facts());
    }

    @Test
    void are_good_for_a_device_that_nobody_knows_yet() {
      var unknown = new DeviceRig(kit);
      assertEquals(
          new Answer.Done(), unknown.ask((org, to) -> new CheckToken(org, proof("any"), to)));
      unknown.close();
    }

    @Test
    void end_when_the_device_is_retired_which_only_its_own_organisation_learns() {
      tv.retires();
      refused(DEVICE_RETIRED, checks(ORG, "t1"));
      refused(DEVICE_NOT_FOUND, checks(OTHER_ORG, "t1"));
    }

    @Test
    void are_checked_without_letting_anyone_in() {
      tv.issues("t1");
      tv.facts();
      assertEquals(new Answer.Done(), check(ORG, proof("t1")));
      assertEquals(new Answer.Done(), check(ORG, proof("elsewhere")));
      assertEquals(List.of(), tv.facts());
      refused(DEVICE_NOT_FOUND, check(OTHER_ORG, proof("elsewhere")));
      tv.revokes();
      refused(TOKEN_REVOKED, check(ORG, proof("t1")));
      tv.retires();
      refused(DEVICE_RETIRED, check(ORG, proof("t1")));
    }

    private Answer check(OrgId org, Proof proof) {
      return tv.ask(org, (o, to) -> new CheckToken(o, proof, to));
    }

    @Test
    void sixteen_may_be_live() {
      for (int n = 0; n < 16; n++) {
        assertEquals(new Answer.Done(), tv.issues("t" + n));
      }
      refused(TOO_MANY_TOKENS, tv.issues("t16"));
      comesWith("t15");
      assertEquals(new Answer.Done(), tv.issues("t16"));
    }

    @Test
    void a_revocation_survives_a_restart() {
      tv.issues("t1");
      tv.revokes();
      tv.restarts();
      assertEquals(List.of("goodbye revoked"), comesWith("t1").told());
    }
  }

  @Nested
  class A_command {
    private FakeSession session;

    @BeforeEach
    void connect() {
      tv.registers();
      session = tv.online();
    }

    private List<String> timeline(CommandView command) {
      return command.timeline().stream()
          .map(
              step ->
                  step.state().word()
                      + (step.attempt().isPresent()
                          ? " " + step.attempt().getAsLong() + "@" + step.epoch().getAsLong()
                          : "")
                      + step.reason().map(r -> " " + r).orElse("")
                      + step.evidence().map(e -> " by " + e).orElse(""))
          .toList();
    }

    @Test
    void is_queued_and_sent_in_one_write_to_an_idle_device() {
      var command = tv.accepted(tv.wants(tv.wish("hello")));
      assertEquals(List.of("CommandQueued", "CommandSent"), tv.facts());
      assertEquals(List.of("hello " + command.id()), session.told());
      assertEquals(List.of("queued", "sent 1@1"), timeline(command));
      assertEquals(List.of("hello queued", "hello sent"), tv.feed.told());
    }

    @Test
    void is_acknowledged() {
      var id = tv.queues("hello");
      var end = tv.awaits(id);
      tv.feed.clear();
      tv.acknowledges(id);
      assertEquals(List.of("queued", "sent 1@1", "acknowledged"), timeline(end(end)));
      assertTrue(end(end).settled());
      assertEquals(List.of("hello acknowledged"), tv.feed.told());
      refused(COMMAND_NOT_FOUND, tv.ask((o, to) -> new DescribeCommand(o, id, to)));
    }

    @Test
    void is_counted_with_the_time_it_took_when_it_settles() {
      var id = tv.queues("hello");
      tv.jumps(Duration.ofSeconds(3));
      tv.acknowledges(id);
      assertEquals(List.of("settled: acknowledged after PT3S"), tv.telemetry.counted());
    }

    @Test
    void acknowledged_twice_is_settled_once() {
      var id = tv.queues("hello");
      tv.acknowledges(id);
      tv.facts();
      tv.acknowledges(id);
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void is_failed_by_a_negative_ack_with_its_reason() {
      var id = tv.queues("hello");
      var end = tv.awaits(id);
      tv.tell(FakeSession.ack(id, new Reaction(Outcome.FAILED, Optional.of("no space"))));
      assertEquals(List.of("queued", "sent 1@1", "failed no space"), timeline(end(end)));
    }

    @Test
    void may_be_unsupported() {
      var id = tv.queues("hello");
      var end = tv.awaits(id);
      tv.tell(FakeSession.ack(id, new Reaction(Outcome.UNSUPPORTED, Optional.empty())));
      assertEquals(DeliveryState.UNSUPPORTED, end(end).state());
    }

    @Test
    void is_not_settled_by_an_ack_before_it_was_sent() {
      tv.queues("hello");
      var waiting = tv.queues("hello");
      tv.acknowledges(waiting);
      assertEquals(DeliveryState.QUEUED, tv.command(waiting).state());
    }

    @Test
    void goes_when_the_one_before_it_has_settled() {
      var first = tv.queues("one");
      var second = tv.queues("two");
      assertEquals(List.of("one " + first), session.told());
      tv.acknowledges(first);
      assertEquals(List.of("two " + second), session.told());
    }

    @Test
    void is_sent_again_after_25_s_with_the_same_id_and_time() {
      var id = tv.queues("hello");
      tv.passes(Duration.ofSeconds(26));
      assertEquals(List.of("hello " + id, "hello " + id), session.told());
      assertEquals(List.of("queued", "sent 1@1", "sent 2@1"), timeline(tv.command(id)));
    }

    @Test
    void fails_after_five_attempts() {
      var end = tv.awaits(tv.queues("hello"));
      tv.passes(Duration.ofSeconds(300));
      assertEquals("failed no_ack", timeline(end(end)).getLast());
      assertEquals(7, end(end).timeline().size());
      assertEquals(5, session.told().size());
    }

    @Test
    void is_sent_again_at_once_on_a_new_connection_and_an_ack_from_the_old_one_counts() {
      var id = tv.queues("hello");
      var end = tv.awaits(id);
      var newer = tv.session();
      tv.tell(newer.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 2", "hello " + id), newer.told());
      tv.acknowledges(id);
      assertEquals(List.of("queued", "sent 1@1", "sent 2@2", "acknowledged"), timeline(end(end)));
    }

    @Test
    void that_is_done_once_is_acknowledged_by_the_reconnection() {
      var end = tv.awaits(tv.queues("reload"));
      tv.tell(session.goodbye());
      var back = tv.session();
      tv.tell(back.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 2"), back.told());
      assertEquals(
          List.of("queued", "sent 1@1", "acknowledged by reconnected"), timeline(end(end)));
    }

    @Test
    void survives_a_restart_and_is_not_sent_twice_for_it() {
      var id = tv.queues("hello");
      session.told();
      tv.restarts();
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found"), session.told());
      tv.acknowledges(id);
      assertEquals(List.of(), tv.pending());
    }

    @Test
    void is_sent_again_after_a_restart_when_it_is_due() {
      var id = tv.queues("hello");
      session.told();
      tv.restarts();
      tv.passes(Duration.ofSeconds(30));
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found", "hello " + id), session.told());
    }

    @Test
    void expires() {
      tv.tell(session.goodbye());
      var command = tv.accepted(tv.wants(Wishes.expiring(tv.wish("hello"), 60)));
      var end = tv.awaits(command.id());
      tv.passes(Duration.ofSeconds(61));
      assertEquals(List.of("queued", "expired not_sent"), timeline(end(end)));
    }

    @Test
    void that_expired_while_the_device_was_down_is_settled_when_it_is_up() {
      tv.tell(session.goodbye());
      tv.wants(Wishes.expiring(tv.wish("hello"), 60));
      tv.passes(Duration.ofSeconds(125));
      tv.facts();
      tv.wants(Wishes.expiring(tv.wish("hello"), 60));
      tv.isDownFor(Duration.ofSeconds(100));
      tv.passes(SECOND);
      assertEquals(List.of("CommandQueued", "CommandSettled"), tv.facts());
      assertEquals(List.of(), tv.pending());
    }

    @Test
    void is_unconfirmed_where_the_client_cannot_acknowledge() {
      var mute = tv.online(tv.muteSession());
      var one = tv.accepted(tv.wants(tv.wish("one")));
      var two = tv.accepted(tv.wants(tv.wish("two")));
      assertEquals(List.of("one " + one.id(), "two " + two.id()), mute.told());
      assertEquals(List.of("queued", "sent 1@2", "sent unconfirmed"), timeline(one));
      assertTrue(one.settled());
      assertEquals(List.of(), tv.pending());
    }

    @Test
    void can_be_cancelled_before_and_after_it_was_sent() {
      var sent = tv.queues("one");
      var queued = tv.queues("two");
      var last = tv.queues("three");
      session.told();
      var cancelled = assertInstanceOf(Answer.Command.class, tv.cancels(queued)).command();
      assertEquals(List.of("queued", "cancelled by ann"), timeline(cancelled));
      assertInstanceOf(Answer.Command.class, tv.cancels(sent));
      assertEquals(List.of("three " + last), session.told());
      refused(COMMAND_SETTLED, tv.cancels(sent));
      refused(COMMAND_SETTLED, tv.cancels(new CommandId("never-was")));
    }

    @Test
    void that_is_cancelled_takes_no_ack() {
      var id = tv.queues("one");
      tv.cancels(id);
      tv.facts();
      tv.acknowledges(id);
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void that_has_settled_is_not_awaited() {
      var id = tv.queues("one");
      tv.acknowledges(id);
      refused(COMMAND_SETTLED, DeviceRig.answer(tv.awaits(id)));
    }

    @Test
    void is_refused_when_200_wait() {
      tv.tell(session.goodbye());
      for (int n = 0; n < 200; n++) {
        tv.queues("hello");
      }
      refused(TOO_MANY_PENDING, tv.wants(tv.wish("hello")));
      assertEquals(200, tv.view().hints().pendingCommands());
      var first = tv.pending().getFirst().id();
      tv.cancels(first);
      tv.queues("hello");
    }

    @Test
    void of_the_same_collapse_key_replaces_what_is_still_queued() {
      var inFlight = tv.accepted(tv.wants(Wishes.collapsing(tv.wish("volume"), "volume"))).id();
      var queued = tv.accepted(tv.wants(Wishes.collapsing(tv.wish("volume"), "volume"))).id();
      var other = tv.accepted(tv.wants(Wishes.collapsing(tv.wish("colour"), "colour"))).id();
      var end = tv.awaits(queued);
      var newest = tv.accepted(tv.wants(Wishes.collapsing(tv.wish("volume"), "volume"))).id();
      assertEquals(DeliveryState.SUPERSEDED, end(end).state());
      assertEquals(
          List.of(inFlight, other, newest), tv.pending().stream().map(CommandView::id).toList());
    }

    @Test
    void of_the_same_collapse_key_finds_room_in_a_full_queue() {
      tv.tell(session.goodbye());
      tv.wants(Wishes.collapsing(tv.wish("volume"), "volume"));
      for (int n = 1; n < 200; n++) {
        tv.queues("hello");
      }
      tv.accepted(tv.wants(Wishes.collapsing(tv.wish("volume"), "volume")));
      refused(TOO_MANY_PENDING, tv.wants(tv.wish("hello")));
    }

    @Test
    void repeated_under_its_key_is_the_same_command() {
      var first = tv.accepted(tv.wants(Wishes.keyed(tv.wish("hello"), "k1")));
      var again = tv.accepted(tv.wants(Wishes.keyed(tv.wish("hello"), "k1")));
      assertEquals(first, again);
      tv.acknowledges(first.id());
      tv.restarts();
      tv.facts();
      assertEquals(
          new Answer.AcceptedBefore(first.id()), tv.wants(Wishes.keyed(tv.wish("hello"), "k1")));
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void cannot_use_the_key_of_another() {
      tv.wants(Wishes.keyed(tv.wish("hello"), "k1"));
      refused(IDEMPOTENCY_KEY_REUSED, tv.wants(Wishes.keyed(tv.wish("goodbye"), "k1")));
      refused(
          IDEMPOTENCY_KEY_REUSED,
          tv.wants(Wishes.keyed(Wishes.expiring(tv.wish("hello"), 60), "k1")));
    }

    @Test
    void that_an_older_connection_failed_at_goes_on_with_the_newer_one() {
      var id = tv.queues("hello");
      tv.online(tv.session());
      var failed = new Reaction(Outcome.FAILED, Optional.of("broken"));
      tv.tell(new Acknowledge(id, failed, session.epoch()));
      assertEquals(DeliveryState.SENT, tv.command(id).state());
      var end = tv.awaits(id);
      tv.tell(new Acknowledge(id, Reaction.DONE, session.epoch()));
      assertEquals(DeliveryState.ACKNOWLEDGED, end(end).state());
    }

    @Test
    void answers_each_ack_also_one_that_is_no_news() {
      TestProbe<Answer> whoever = kit.createTestProbe();
      var id = tv.queues("hello");
      var ack = new Acknowledge(id, Reaction.DONE, session.epoch(), Optional.of(whoever.ref()));
      tv.tell(ack);
      whoever.expectMessage(new Answer.Done());
      tv.tell(ack);
      whoever.expectMessage(new Answer.Done());
    }

    @Test
    void is_the_same_under_its_key_for_as_long_as_it_is_pending() {
      tv.tell(session.goodbye());
      var wish = Wishes.keyed(Wishes.expiring(tv.wish("hello"), 30 * 86_400), "k0");
      var first = tv.accepted(tv.wants(wish));
      for (int n = 1; n < 200; n++) {
        tv.wants(Wishes.keyed(tv.wish("hello"), "k" + n));
      }
      assertEquals(200, tv.pending().size());
      assertEquals(first, tv.accepted(tv.wants(wish)));
      tv.passes(SECOND);
      tv.jumps(Duration.ofHours(25));
      assertEquals(first, tv.accepted(tv.wants(wish)));
    }

    @Test
    void with_a_key_and_a_name_is_known_by_either() {
      var both = Wishes.named(Wishes.keyed(tv.wish("hello"), "k1"), "cmd-1");
      tv.accepted(tv.wants(both));
      tv.acknowledges(new CommandId("cmd-1"));
      var before = new Answer.AcceptedBefore(new CommandId("cmd-1"));
      assertEquals(before, tv.wants(Wishes.keyed(tv.wish("hello"), "k1")));
      assertEquals(before, tv.wants(Wishes.named(tv.wish("hello"), "cmd-1")));
      assertEquals(before, tv.wants(both));
    }

    @Test
    void may_use_a_key_again_after_a_day() {
      var first = tv.accepted(tv.wants(Wishes.keyed(tv.wish("hello"), "k1")));
      tv.acknowledges(first.id());
      tv.jumps(Duration.ofHours(24));
      assertNotEquals(
          first.id(), tv.accepted(tv.wants(Wishes.keyed(tv.wish("goodbye"), "k1"))).id());
    }

    @Test
    void that_came_with_its_own_id_is_repeated_under_it() {
      var named = Wishes.named(tv.wish("hello"), "cmd-1");
      var first = tv.accepted(tv.wants(named));
      assertEquals(new CommandId("cmd-1"), first.id());
      assertEquals(first, tv.accepted(tv.wants(named)));
      assertEquals(1, tv.pending().size());
      refused(IDEMPOTENCY_KEY_REUSED, tv.wants(Wishes.named(tv.wish("goodbye"), "cmd-1")));
      tv.acknowledges(first.id());
      assertEquals(new Answer.AcceptedBefore(first.id()), tv.wants(named));
    }

    @Test
    void that_nobody_waits_for_any_more_is_not_accepted() {
      var wish = tv.wish("hello");
      tv.passes(Duration.ofSeconds(6));
      refused(JOURNAL_UNAVAILABLE, tv.wants(wish));
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void keeps_its_order_through_restarts_and_connections() {
      var ids = new ArrayList<String>();
      for (int n = 0; n < 6; n++) {
        ids.add("hello " + tv.queues("hello"));
      }
      var told = new ArrayList<String>();
      for (int n = 0; n < 6; n++) {
        tv.restarts();
        var next = tv.online(tv.session());
        var sent = tv.pending().getFirst();
        assertEquals(DeliveryState.SENT, sent.state());
        told.add("hello " + sent.id());
        tv.acknowledges(sent.id());
        tv.tell(next.goodbye());
      }
      assertEquals(ids, told);
    }

    @Test
    void is_not_awaited_by_more_than_a_few_at_once() {
      var id = tv.queues("hello");
      var first = tv.awaits(id);
      for (int n = 0; n < 16; n++) {
        tv.awaits(id);
      }
      tv.settles();
      refused(COMMAND_SETTLED, tv.cancels(new CommandId("other")));
      var last = tv.awaits(id);
      tv.acknowledges(id);
      assertTrue(end(last).settled());
      assertFalse(first.isDone());
    }
  }
}
