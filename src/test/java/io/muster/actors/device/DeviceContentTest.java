package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.actors.Refusal;
import io.muster.actors.content.Desired;
import io.muster.actors.device.Answer.ContentOutcome;
import io.muster.actors.device.DeviceCommand.ContentReaction;
import io.muster.actors.device.DeviceCommand.DescribeContent;
import io.muster.actors.device.DeviceCommand.Heartbeat;
import io.muster.actors.device.DeviceCommand.Reaction;
import io.muster.actors.device.DeviceCommand.ShowContent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A device brings its content to its client until the client has it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeviceContentTest {
  private static final Instant T = Instant.parse("2025-12-31T10:00:00.500Z");
  private static final String V = "2025-12-31T10:00:00.500Z";
  private static final Reaction REFUSED =
      new Reaction(Outcome.FAILED, Optional.of("renderer is busy"));

  private static ActorTestKit kit;
  private final Elsewhere elsewhere = new Elsewhere();
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
  void unpack() {
    tv = new DeviceRig(kit, DeviceSettings.DEFAULT, elsewhere);
  }

  @AfterEach
  void pack() {
    tv.close();
  }

  private FakeSession connects() {
    var session = tv.session();
    connects(session);
    return session;
  }

  private void connects(FakeSession session) {
    tv.tell(session.connect(DeviceRig.ORG, DeviceRig.TOKEN));
    tv.settles();
    tv.settles();
  }

  private void passes(Duration time) {
    tv.passes(time);
    tv.settles();
  }

  private void reacts(FakeSession session, String version, Reaction reaction) {
    tv.tell(new ContentReaction(session.epoch(), "loop", version, reaction));
  }

  private boolean isToReconcile(FakeSession session, String reported) {
    session.told();
    tv.tell(new Heartbeat(session.link(), 1, Optional.of(reported)));
    return session.told().contains("heard 1, reconcile");
  }

  private CompletableFuture<Answer> shows() {
    var until = tv.clock.instant().plusSeconds(3);
    var answer = tv.asking(DeviceRig.ORG, (org, to) -> new ShowContent(org, until, to));
    tv.settles();
    tv.settles();
    return answer;
  }

  private static void shown(ContentOutcome outcome, CompletableFuture<Answer> answer) {
    assertEquals(new Answer.Shown(outcome), DeviceRig.answer(answer));
  }

  private Optional<Desired> described() {
    var answer = tv.asking(DeviceRig.ORG, DescribeContent::new);
    tv.settles();
    return ((Answer.ContentIs) DeviceRig.answer(answer)).content();
  }

  @Nested
  class Of_a_source_that_changes_by_itself {
    @BeforeEach
    void is_so() {
      tv.close();
      elsewhere.changingByItself().shows("loop", T);
      tv = new DeviceRig(kit, DeviceSettings.DEFAULT, elsewhere);
    }

    @Test
    void content_comes_after_the_welcome() {
      assertEquals(List.of("welcome 1", "show loop " + V), connects().told());
    }

    @Test
    void its_number_is_journalled_before_it_is_told() {
      connects();
      assertEquals(List.of("Registered", "CameOnline", "ContentNumbered"), tv.facts());
    }

    @Test
    void known_content_is_journalled_once() {
      connects();
      tv.facts();
      connects();
      assertEquals(List.of("CameOnline"), tv.facts());
    }

    @Test
    void nothing_assigned_sends_nothing() {
      elsewhere.showsNothing();
      assertEquals(List.of("welcome 1"), connects().told());
    }

    @Test
    void schedules_and_missed_pushes_are_repaired_by_looking_again() {
      var session = connects();
      reacts(session, V, Reaction.DONE);
      session.told();
      elsewhere.shows("loop", T.plusSeconds(60));
      passes(Duration.ofSeconds(70));
      assertEquals(List.of("show loop 2025-12-31T10:01:00.500Z"), session.told());
    }

    @Test
    void the_clock_of_a_schedule_is_kept_to_the_moment() {
      elsewhere.shows("loop", T, "{}", Optional.of(tv.clock.instant().plusSeconds(7)));
      var session = connects();
      reacts(session, V, Reaction.DONE);
      session.told();
      elsewhere.shows("evening", T);
      passes(Duration.ofSeconds(6));
      assertEquals(List.of(), session.told());
      passes(Duration.ofSeconds(2));
      assertEquals(List.of("show evening " + V), session.told());
    }

    @Test
    void a_source_that_is_away_takes_nothing_from_the_screen_and_is_asked_again() {
      elsewhere.contentIsAway();
      var session = connects();
      assertEquals(List.of("welcome 1"), session.told());
      elsewhere.shows("loop", T);
      passes(Duration.ofSeconds(11));
      assertEquals(List.of("show loop " + V), session.told());
    }

    @Test
    void a_device_that_is_not_connected_does_not_look() {
      var session = connects();
      tv.tell(session.goodbye());
      int before = elsewhere.looks.get();
      passes(Duration.ofSeconds(90));
      assertEquals(before, elsewhere.looks.get());
    }

    @Test
    void comes_before_the_commands_to_a_client_that_takes_over_too() {
      var former = connects();
      tv.queues("first"); // in flight: the next one waits
      tv.queues("second");
      var told = connects().told();
      assertEquals(
          List.of("welcome", "show", "first"),
          told.stream().map(line -> line.split(" ")[0]).toList());
      assertEquals("goodbye superseded", former.told().getLast());
    }

    @Test
    void push_pull_and_reconcile_have_one_version() {
      var session = connects();
      assertEquals(V, described().orElseThrow().version());
      reacts(session, V, Reaction.DONE);
      assertFalse(isToReconcile(session, V));
      assertEquals(true, isToReconcile(session, ""));
    }

    @Test
    void a_version_that_the_source_lowers_rises_nevertheless() {
      connects();
      elsewhere.shows("loop", T.minusSeconds(60), "{\"other\":1}", Optional.empty());
      tv.passes(Duration.ofSeconds(2));
      assertEquals("2025-12-31T10:00:00.501Z", described().orElseThrow().version());
    }

    @Test
    void a_restarted_device_does_not_lower_its_version() {
      connects();
      elsewhere.shows("loop", T.minusSeconds(60), "{\"other\":1}", Optional.empty());
      tv.restarts();
      assertEquals("2025-12-31T10:00:00.501Z", described().orElseThrow().version());
    }
  }

  @Nested
  class That_was_pushed {
    @Test
    void is_looked_up_once_in_the_life_of_an_actor_and_then_when_somebody_tells() {
      connects();
      connects();
      passes(Duration.ofMinutes(30));
      assertEquals(1, elsewhere.looks.get());
    }

    @Test
    void and_whose_telling_was_lost_is_found_nevertheless() {
      elsewhere.shows("loop", T);
      var session = connects();
      assertEquals(List.of("welcome 1", "show loop " + V), session.told());
      reacts(session, V, Reaction.DONE);
      elsewhere.shows("loop", T.plusSeconds(1));
      passes(Duration.ofMinutes(12));
      assertEquals("show loop 2025-12-31T10:00:01.500Z", session.told().getFirst());
    }

    @Test
    void comes_before_the_commands_that_have_waited() {
      tv.registers();
      elsewhere.shows("loop", T);
      tv.queues("push_content");
      var told = connects().told();
      assertEquals(
          List.of("welcome", "show", "push_content"),
          told.stream().map(line -> line.split(" ")[0]).toList());
    }

    @Test
    void that_nobody_knows_keeps_no_command_waiting() {
      tv.registers();
      elsewhere.contentIsAway();
      tv.queues("hello");
      assertEquals("hello", connects().told().getLast().split(" ")[0]);
    }

    @Test
    void that_was_taken_back_before_its_acknowledgement_leaves_no_wrong_screen() {
      var session = connects();
      elsewhere.shows("loop", T);
      shows();
      reacts(session, V, Reaction.DONE);
      elsewhere.shows("evening", T);
      shows();
      session.told();
      elsewhere.shows("loop", T);
      shows(); // the acknowledgement of the evening is lost
      assertEquals(List.of("show loop " + V), session.told());
    }

    @Test
    void that_is_refused_is_not_sent_at_once_to_a_client_that_opens_a_new_connection() {
      var session = connects();
      elsewhere.shows("loop", T);
      shows();
      reacts(session, V, REFUSED);
      tv.tell(session.goodbye());
      var again = connects();
      assertEquals(List.of("welcome 2"), again.told());
      passes(Duration.ofSeconds(16));
      assertEquals(List.of("show loop " + V), again.told());
    }

    @Test
    void that_is_no_longer_wanted_lets_its_clock_rest() {
      var session = connects();
      elsewhere.shows("loop", T);
      shows();
      passes(Duration.ofSeconds(12)); // not acknowledged
      elsewhere.showsNothing();
      shows();
      int before = elsewhere.looks.get();
      session.told();
      passes(Duration.ofMinutes(5));
      assertEquals(List.of(), session.told());
      assertEquals(before, elsewhere.looks.get());
    }

    @Test
    void is_delivered_when_its_client_has_acknowledged() {
      var session = connects();
      session.told();
      elsewhere.shows("loop", T);
      var answer = shows();
      assertEquals(List.of("show loop " + V), session.told());
      assertFalse(answer.isDone());
      reacts(session, V, Reaction.DONE);
      shown(ContentOutcome.DELIVERED, answer);
    }

    @Test
    void is_not_sent_again_when_it_is_the_same() {
      var session = connects();
      elsewhere.shows("loop", T);
      shows();
      reacts(session, V, Reaction.DONE);
      session.told();
      shown(ContentOutcome.DELIVERED, shows());
      assertEquals(List.of(), session.told());
    }

    @Test
    void is_answered_before_the_caller_gives_up_and_sent_until_acknowledged() {
      var session = connects();
      session.told();
      elsewhere.shows("loop", T);
      var answer = shows();
      passes(Duration.ofSeconds(4));
      shown(ContentOutcome.ACK_TIMEOUT, answer);
      session.told();
      passes(Duration.ofSeconds(30));
      assertEquals(List.of("show loop " + V), session.told());
      passes(Duration.ofSeconds(50));
      assertEquals(List.of("show loop " + V), session.told());
      reacts(session, V, Reaction.DONE);
      passes(Duration.ofMinutes(10));
      assertEquals(List.of(), session.told());
    }

    @Test
    void that_is_refused_is_said_so_and_sent_again_later() {
      var session = connects();
      elsewhere.shows("loop", T);
      var answer = shows();
      session.told();
      reacts(session, V, REFUSED);
      shown(ContentOutcome.NEGATIVE_ACK, answer);
      passes(Duration.ofSeconds(16));
      assertEquals(List.of("show loop " + V), session.told());
    }

    @Test
    void to_a_device_that_is_not_there_waits_for_it() {
      var session = connects();
      tv.tell(session.goodbye());
      elsewhere.shows("loop", T);
      shown(ContentOutcome.NO_SOCKETS, shows());
      assertEquals(List.of("welcome 2", "show loop " + V), connects().told());
    }

    @Test
    void survives_a_restart_of_its_device() {
      connects();
      elsewhere.shows("loop", T);
      shows();
      tv.restarts();
      var session = connects();
      assertEquals(List.of("welcome 2", "show loop " + V), session.told());
    }

    @Test
    void is_not_said_to_be_on_its_way_by_a_device_whose_journal_is_away() {
      connects();
      elsewhere.shows("loop", T);
      tv.failsNextWrites(1);
      var until = tv.clock.instant().plusSeconds(3);
      var answer = tv.asking(DeviceRig.ORG, (org, to) -> new ShowContent(org, until, to));
      for (int waits = 0; waits < 100 && !answer.isDone(); waits++) {
        tv.comesBack(); // it crashes when the source has answered, not at once
        tv.jumps(Duration.ofMillis(250));
      }
      assertEquals(new Answer.No(Refusal.JOURNAL_UNAVAILABLE), DeviceRig.answer(answer));
    }

    @Test
    void to_a_client_that_cannot_acknowledge_is_unconfirmed() {
      var session = tv.muteSession();
      connects(session);
      elsewhere.shows("loop", T);
      shown(ContentOutcome.UNCONFIRMED, shows());
    }

    @Test
    void a_lost_acknowledgement_converges_on_the_next_connection() {
      var first = connects();
      elsewhere.shows("loop", T);
      shows();
      tv.tell(first.goodbye());
      var second = connects();
      assertEquals(List.of("welcome 2", "show loop " + V), second.told());
      reacts(second, V, Reaction.DONE);
      passes(Duration.ofMinutes(10));
      assertEquals(List.of(), second.told());
    }

    @Test
    void newer_content_overtakes_what_is_on_its_way() {
      var session = connects();
      elsewhere.shows("loop", T);
      shows();
      session.told();
      elsewhere.shows("loop", T.plusSeconds(1));
      var answer = shows();
      assertEquals(List.of("show loop 2025-12-31T10:00:01.500Z"), session.told());
      reacts(session, V, Reaction.DONE);
      assertFalse(answer.isDone(), "the older one says nothing of the newer");
      reacts(session, "2025-12-31T10:00:01.500Z", Reaction.DONE);
      shown(ContentOutcome.DELIVERED, answer);
    }

    @Test
    void nothing_is_known_of_what_cannot_be_looked_up() {
      connects();
      elsewhere.contentIsAway();
      assertEquals(new Answer.No(Refusal.READ_MODEL_UNAVAILABLE), DeviceRig.answer(shows()));
    }

    @Test
    void that_was_taken_away_leaves_the_screen_as_it_is() {
      var session = connects();
      elsewhere.shows("loop", T);
      shows();
      session.told();
      elsewhere.showsNothing();
      shown(ContentOutcome.NOTHING, shows());
      assertEquals(List.of(), session.told());
      assertFalse(isToReconcile(session, V), "it could never converge");
    }
  }

  @Nested
  class A_client_that_reports_its_version {
    private FakeSession session;

    @BeforeEach
    void is_connected() {
      session = connects();
      elsewhere.shows("loop", T);
      shows();
    }

    @Test
    void is_not_told_to_fetch_what_is_just_being_sent() {
      assertFalse(isToReconcile(session, "older"));
    }

    @Test
    void is_told_at_most_once_in_a_minute() {
      reacts(session, V, Reaction.DONE);
      assertEquals(true, isToReconcile(session, "older"));
      assertFalse(isToReconcile(session, "older"));
      tv.passes(Duration.ofSeconds(61));
      assertEquals(true, isToReconcile(session, "older"));
    }
  }

  @Nested
  class While_the_tenant_is_suspended {
    @Test
    void content_and_commands_wait() {
      elsewhere.suspends(DeviceRig.ORG);
      var session = connects();
      elsewhere.shows("loop", T);
      shown(ContentOutcome.NO_SOCKETS, shows());
      tv.queues("hello");
      assertEquals(List.of("welcome 1"), session.told());
      assertFalse(isToReconcile(session, ""));
      session.told();
      elsewhere.resumes(DeviceRig.ORG);
      tv.tell(new DeviceCommand.TenantResumed());
      assertEquals(
          List.of("show", "hello"), session.told().stream().map(l -> l.split(" ")[0]).toList());
    }
  }
}
