package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeliveryState;
import io.muster.actors.Registry.Entry;
import io.muster.actors.device.Answer.ContentOutcome;
import io.muster.actors.device.DeviceCommand.ContentReaction;
import io.muster.actors.device.DeviceCommand.Heartbeat;
import io.muster.actors.device.DeviceCommand.Proof;
import io.muster.actors.device.DeviceCommand.Reaction;
import io.muster.actors.device.DeviceCommand.ShowContent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Rules of docs/rules.md that one device keeps, each as its sentence. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeviceRulesTest {
  private static final Instant T = Instant.parse("2025-12-31T10:00:00.500Z");
  private static final String V = "2025-12-31T10:00:00.500Z";

  private static ActorTestKit kit;
  private Elsewhere elsewhere = new Elsewhere();
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
    tv.journal().resetPolicy();
    tv.close();
  }

  private void isKnownElsewhere(Elsewhere by) {
    tv.close();
    elsewhere = by;
    tv = new DeviceRig(kit, DeviceSettings.DEFAULT, elsewhere);
  }

  private FakeSession connects(FakeSession session, Proof proof) {
    tv.tell(session.connect(DeviceRig.ORG, proof));
    tv.settles();
    tv.settles();
    tv.settles();
    return session;
  }

  private FakeSession connects() {
    return connects(tv.session(), DeviceRig.TOKEN);
  }

  private Proof expiring(String hash) {
    return proof(hash, Duration.ofDays(13));
  }

  private Proof proof(String hash, Duration left) {
    var now = tv.clock.instant();
    return new Proof(hash, now.minusSeconds(86_400), now.plus(left), Optional.empty(), false);
  }

  private Answer shows() {
    var until = tv.clock.instant().plusSeconds(3);
    var answer = tv.asking(DeviceRig.ORG, (org, to) -> new ShowContent(org, until, to));
    tv.settles();
    tv.passes(Duration.ofSeconds(4));
    return DeviceRig.answer(answer);
  }

  private void reports(FakeSession session, String version) {
    tv.tell(new Heartbeat(session.link(), 1, Optional.of(version)));
  }

  private long counted(String what) {
    return tv.telemetry.counted().stream().filter(what::equals).count();
  }

  private static List<String> firstWords(List<String> lines) {
    return lines.stream().map(line -> line.split(" ")[0]).toList();
  }

  // ── delivery ──

  @Test
  void rule_27_a_delivery_was_acknowledged_or_sent_without_confirmation_or_not_sent() {
    connects();
    elsewhere.shows("loop", T);
    tv.tell(connects().goodbye());
    assertEquals(new Answer.Shown(ContentOutcome.NO_SOCKETS), shows());
    connects(tv.muteSession(), DeviceRig.TOKEN);
    assertEquals(new Answer.Shown(ContentOutcome.UNCONFIRMED), shows());
    var session = connects();
    tv.tell(new ContentReaction(session.epoch(), "loop", V, Reaction.DONE));
    assertEquals(new Answer.Shown(ContentOutcome.DELIVERED), shows());
    assertEquals(1, counted("content pushed: NOT_SENT"));
    assertEquals(1, counted("content pushed: UNCONFIRMED"));
    assertEquals(1, counted("content pushed: ACKNOWLEDGED"));
  }

  @Test
  void rule_29_a_counter_proves_that_a_client_was_told_to_fetch_its_content() {
    var session = connects();
    elsewhere.shows("loop", T);
    shows();
    tv.tell(new ContentReaction(session.epoch(), "loop", V, Reaction.DONE));
    session.told();
    reports(session, "older");
    assertEquals(List.of("heard 1, reconcile"), session.told());
    assertEquals(1, counted("reconcile asked"));
  }

  @Test
  void rule_33_a_client_is_never_told_to_fetch_what_is_not_there() {
    isKnownElsewhere(new Elsewhere().changingByItself());
    var session = connects();
    session.told();
    for (int minute = 0; minute < 3; minute++) {
      reports(session, "what it had before");
      tv.passes(Duration.ofSeconds(70));
    }
    assertFalse(session.told().toString().contains("reconcile"));
  }

  @Test
  void rule_35_what_a_client_has_is_compared_with_the_truth_once_a_minute_however_often_it_beats() {
    isKnownElsewhere(new Elsewhere().changingByItself());
    elsewhere.shows("loop", T);
    var session = connects();
    tv.tell(new ContentReaction(session.epoch(), "loop", V, Reaction.DONE));
    int before = elsewhere.looks.get();
    for (int beat = 0; beat < 40; beat++) {
      reports(session, V);
      tv.passes(Duration.ofSeconds(3));
    }
    int looks = elsewhere.looks.get() - before;
    assertTrue(looks >= 1 && looks <= 3, looks + " in two minutes");
  }

  @Test
  void rule_40_content_and_commands_that_waited_come_with_the_connection_and_await_no_heartbeat() {
    tv.tell(connects().goodbye());
    elsewhere.shows("loop", T);
    shows();
    tv.queues("first");
    tv.queues("second");
    var session = connects(tv.muteSession(), DeviceRig.TOKEN);
    assertEquals(List.of("welcome", "show", "first", "second"), ordered(session));
  }

  /** Content does not wait for commands nor they for it; commands keep their order. */
  private static List<String> ordered(FakeSession session) {
    var told = firstWords(session.told());
    assertEquals("welcome", told.getFirst());
    return List.of(
        told.getFirst(),
        told.stream().filter("show"::equals).findFirst().orElse("no content"),
        told.stream().filter(word -> word.matches("first|second")).findFirst().orElse("nothing"),
        told.stream().filter(word -> word.matches("first|second")).skip(1).findFirst().orElse(""));
  }

  @Test
  void rule_41_a_command_is_done_when_its_client_says_so_and_not_when_a_connection_has_taken_it() {
    var session = tv.online();
    var command = tv.queues("hello");
    assertEquals(List.of("hello " + command), session.told());
    tv.passes(Duration.ofSeconds(5));
    assertEquals(DeliveryState.SENT, tv.command(command).state());
    var end = tv.awaits(command);
    tv.acknowledges(command);
    assertEquals(DeliveryState.ACKNOWLEDGED, DeviceRig.end(end).state());
  }

  // ── credentials ──

  @Test
  void rule_52_a_renewal_that_was_tried_and_failed_does_not_count_as_done() {
    tv.registers();
    tv.failsNextWrites(1);
    var failed = tv.session();
    tv.ref().tell(failed.connect(DeviceRig.ORG, expiring("t1")));
    DeviceRig.eventually("told", () -> failed.told().contains("goodbye unavailable"));
    tv.comesBack();
    assertEquals(
        List.of("welcome 1", "renew token-2"), connects(tv.session(), expiring("t1")).told());
  }

  @Test
  void rule_55_a_change_of_tokens_with_unknown_outcome_keeps_both() {
    isKnownElsewhere(
        new Elsewhere()
            .withRegistry(
                new Entry(DeviceRig.ORG, "Lobby", false, Optional.of("t1"), Optional.empty())));
    connects(tv.session(), expiring("t1"));
    elsewhere.losesAnswers();
    var fresh = proof("fresh-1", Duration.ofDays(90));
    assertEquals("welcome 2", connects(tv.session(), fresh).told().getFirst());
    assertTrue(elsewhere.told().contains("current is fresh-1"), "it was done, unheard");
    // What is known of the row is old now, and read again.
    tv.tell(connects(tv.session(), fresh).goodbye());
    tv.clock.advance(Duration.ofSeconds(90));
    assertEquals("welcome 4", connects(tv.session(), expiring("t1")).told().getFirst());
    assertEquals("welcome 5", connects(tv.session(), fresh).told().getFirst());
  }
}
