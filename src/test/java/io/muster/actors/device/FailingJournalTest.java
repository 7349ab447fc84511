package io.muster.actors.device;

import static io.muster.actors.Refusal.JOURNAL_UNAVAILABLE;
import static io.muster.actors.device.DeviceRig.ORG;
import static io.muster.actors.device.DeviceRig.TOKEN;
import static io.muster.actors.device.DeviceRig.answer;
import static io.muster.actors.device.DeviceRig.end;
import static io.muster.actors.device.DeviceRig.eventually;
import static io.muster.actors.device.DeviceRig.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeliveryState;
import io.muster.actors.device.DeviceCommand.*;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing is told that was not written. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(20)
class FailingJournalTest {
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
    tv.registers();
    tv.facts();
    tv.feed.clear();
  }

  @AfterEach
  void unplug() {
    tv.journal().resetPolicy();
    tv.close();
  }

  /** What a session heard until it heard anything. */
  private static List<String> soonTold(FakeSession session) {
    var told = new ArrayList<String>();
    eventually("told", () -> told.addAll(session.told()));
    return told;
  }

  @Nested
  class A_connection_that_cannot_be_written {
    private FakeSession session;

    @BeforeEach
    void fail() {
      session = tv.session();
      tv.failsNextWrites(1);
      tv.ref().tell(session.connect(ORG, TOKEN));
    }

    @Test
    void is_told_to_come_back_and_nothing_else() {
      assertEquals(List.of("goodbye unavailable"), soonTold(session));
      tv.comesBack();
      assertEquals(List.of(), session.told());
      assertEquals(List.of(), tv.facts());
      assertEquals(List.of(), tv.feed.told());
      assertEquals("never-seen", tv.status());
    }

    @Test
    void is_welcome_later() {
      tv.comesBack();
      var again = tv.session();
      tv.tell(again.connect(ORG, TOKEN));
      assertEquals(List.of("welcome 1"), again.told());
    }

    @Test
    void leaves_the_owner_where_it_was() {
      tv.comesBack();
      var owner = tv.online();
      tv.failsNextWrites(1);
      var newer = tv.session();
      tv.ref().tell(newer.connect(ORG, TOKEN));
      assertEquals(List.of("goodbye unavailable"), soonTold(newer));
      tv.comesBack();
      tv.tell(owner.heartbeat());
      assertEquals(List.of("heard 1", "found"), owner.told());
      assertEquals("online", tv.status());
    }
  }

  @Nested
  class While_online {
    private FakeSession session;

    @BeforeEach
    void connect() {
      session = tv.online();
    }

    @Test
    void a_command_that_cannot_be_written_is_neither_accepted_nor_delivered() {
      tv.failsNextWrites(1);
      var wish = tv.wish("hello");
      var asked = tv.asking(ORG, (org, to) -> new Enqueue(org, wish, to));
      refused(JOURNAL_UNAVAILABLE, answer(asked));
      tv.comesBack();
      assertEquals(List.of(), session.told());
      assertEquals(List.of(), tv.feed.told());
      assertEquals(List.of(), tv.pending());
    }

    @Test
    void a_write_that_the_journal_rejects_is_refused_as_well() {
      tv.journal().rejectNextPersisted(tv.persistenceId());
      var wish = tv.wish("hello");
      refused(JOURNAL_UNAVAILABLE, answer(tv.asking(ORG, (org, to) -> new Enqueue(org, wish, to))));
      assertEquals(List.of(), session.told());
      assertEquals(List.of(), tv.feed.told());
    }

    @Test
    void every_change_that_cannot_be_written_is_refused() {
      List<DeviceRig.Asking> changes =
          List.of(
              (org, to) ->
                  new Amend(
                      org, Optional.of("Hall"), Optional.empty(), Optional.empty(), "ann", to),
              (org, to) -> new IssueToken(org, "t1", tv.clock.instant().plusSeconds(60), "ann", to),
              (org, to) -> new RevokeTokens(org, "revoked", "ann", to),
              (org, to) -> new Retire(org, "ann", to));
      for (var change : changes) {
        tv.failsNextWrites(1);
        refused(JOURNAL_UNAVAILABLE, answer(tv.asking(ORG, change)));
        tv.comesBack();
      }
      assertEquals(List.of(), session.told());
      assertEquals(List.of(), tv.facts());
      assertEquals(List.of(), tv.feed.told());
    }

    @Test
    void the_next_heartbeat_finds_it_and_it_works() {
      tv.failsNextWrites(1);
      tv.asking(ORG, (org, to) -> new Retire(org, "ann", to));
      assertTrue(tv.comesBack().compareTo(Duration.ofSeconds(2)) < 0);
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found"), session.told());
      var id = tv.queues("hello");
      assertEquals(List.of("hello " + id), session.told());
    }

    @Test
    void heartbeats_that_came_meanwhile_are_answered_then() {
      tv.failsNextWrites(1);
      answer(tv.asking(ORG, (org, to) -> new Retire(org, "ann", to)));
      tv.ref().tell(session.heartbeat());
      tv.ref().tell(session.heartbeat());
      tv.comesBack();
      assertEquals(List.of("heard 1", "found", "heard 2"), session.told());
    }

    @Test
    void an_ack_that_is_lost_leads_to_another_attempt() {
      var id = tv.queues("hello");
      tv.failsNextWrites(1);
      tv.ref().tell(FakeSession.ack(id, Reaction.DONE));
      tv.comesBack();
      assertEquals(DeliveryState.SENT, tv.command(id).state());
      tv.tell(session.heartbeat());
      tv.passes(Duration.ofSeconds(26));
      assertEquals(List.of("hello " + id, "heard 1", "found", "hello " + id), session.told());
    }

    @Test
    void who_awaits_a_command_is_told_its_end_after_the_outage() {
      var id = tv.queues("hello");
      var awaited = tv.awaits(id);
      tv.settles();
      tv.failsNextWrites(1);
      tv.ref().tell(FakeSession.ack(id, Reaction.DONE));
      tv.comesBack();
      tv.acknowledges(id);
      assertEquals(DeliveryState.ACKNOWLEDGED, end(awaited).state());
    }

    @Test
    void a_redelivery_that_cannot_be_written_is_made_later_and_only_once() {
      var id = tv.queues("hello");
      session.told();
      tv.failsNextWrites(1);
      tv.jumps(Duration.ofMillis(10_001));
      tv.settles();
      tv.jumps(Duration.ofMillis(15_001)); // the second attempt is due and refused
      tv.comesBack();
      assertEquals(List.of(), session.told());
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found", "hello " + id), session.told());
      assertEquals(2, tv.command(id).timeline().getLast().attempt().getAsLong());
    }

    @Test
    void a_goodbye_that_cannot_be_written_is_made_up_for_by_silence() {
      tv.failsNextWrites(1);
      tv.ref().tell(session.goodbye());
      tv.comesBack();
      assertEquals("online", tv.status());
      assertEquals(List.of(), tv.feed.told());
      tv.passes(Duration.ofSeconds(61));
      assertEquals("reconnecting", tv.status());
    }

    @Test
    void a_request_nobody_waits_for_any_more_is_not_carried_out_later() {
      tv.failsNextWrites(1);
      answer(tv.asking(ORG, (org, to) -> new Retire(org, "ann", to)));
      var wish = tv.wish("hello");
      var late = tv.asking(ORG, (org, to) -> new Enqueue(org, wish, to));
      tv.clock.advance(Duration.ofSeconds(6));
      tv.comesBack();
      refused(JOURNAL_UNAVAILABLE, answer(late));
      assertEquals(List.of(), tv.pending());
    }

    @Test
    void the_asker_of_one_write_hears_nothing_of_the_next_failure() {
      var asker = kit.<Answer>createTestProbe();
      tv.failsNextWrites(1);
      tv.ref().tell(new Retire(ORG, "ann", asker.ref()));
      assertEquals(new Answer.No(JOURNAL_UNAVAILABLE), asker.receiveMessage());
      tv.comesBack();
      tv.tell(
          new Amend(
              ORG, Optional.empty(), Optional.empty(), Optional.of(false), "ann", asker.ref()));
      assertInstanceOf(Answer.Described.class, asker.receiveMessage());
      tv.failsNextWrites(1);
      tv.ref().tell(session.goodbye());
      tv.comesBack();
      asker.expectNoMessage(Duration.ofMillis(50));
    }
  }

  @Nested
  class A_socket_that_has_outlived_our_patience {
    @Test
    void keeps_its_place_when_its_return_cannot_be_written() {
      var session = tv.online();
      tv.restarts();
      tv.passes(Duration.ofSeconds(61));
      tv.feed.clear();
      tv.failsNextWrites(1);
      tv.ref().tell(session.heartbeat());
      tv.comesBack();
      assertEquals(List.of(), session.told());
      assertEquals(List.of(), tv.feed.told());
      tv.tell(session.heartbeat());
      assertEquals(List.of("welcome 1", "heard 2"), session.told());
    }
  }

  @Nested
  class A_longer_outage {
    @Test
    void is_met_with_back_off_and_then_it_works() {
      tv.failsNextWrites(5);
      for (int n = 0; n < 5; n++) {
        var session = tv.session();
        tv.ref().tell(session.connect(ORG, TOKEN));
        assertEquals(List.of("goodbye unavailable"), soonTold(session));
        tv.comesBack();
      }
      tv.online();
      assertEquals("online", tv.status());
      assertEquals(1, tv.view().epoch());
    }

    @Test
    void while_it_wakes_up_only_delays_it() {
      var session = tv.online();
      tv.journal().failNextRead(tv.persistenceId());
      tv.crashesAndComesBack();
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1", "found"), session.told());
    }
  }
}
