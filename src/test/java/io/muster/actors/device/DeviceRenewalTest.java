package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.GraceRecords.Grace;
import io.muster.actors.Registry.Entry;
import io.muster.actors.device.DeviceCommand.CheckToken;
import io.muster.actors.device.DeviceCommand.Proof;
import java.time.Duration;
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

/** Tokens are renewed within the session, and the stored one changes when the new one is used. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeviceRenewalTest {
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
    tv.close();
  }

  private Proof proof(String hash, Duration left) {
    return new Proof(
        hash,
        DeviceRig.START.minusSeconds(86_400),
        tv.clock.instant().plus(left),
        Optional.of("aa:bb"),
        left.isNegative());
  }

  private Proof expiring(String hash) {
    return proof(hash, Duration.ofDays(13));
  }

  private FakeSession connects(Proof proof) {
    var session = tv.session();
    tv.tell(session.connect(DeviceRig.ORG, proof));
    tv.settles();
    tv.settles();
    tv.settles();
    return session;
  }

  private Answer checks(Proof proof) {
    var answer = tv.asking(DeviceRig.ORG, (org, to) -> new CheckToken(org, proof, to));
    tv.settles();
    return DeviceRig.answer(answer);
  }

  private static Entry entry(String hash) {
    return new Entry(DeviceRig.ORG, "Lobby", false, Optional.of(hash), Optional.empty());
  }

  private void isRegistered(String hash) {
    tv.close();
    elsewhere = new Elsewhere().withRegistry(entry(hash));
    tv = new DeviceRig(kit, DeviceSettings.DEFAULT, elsewhere);
  }

  @Nested
  class A_token_that_expires_in_two_weeks {
    @Test
    void is_renewed_when_its_device_connects() {
      assertEquals(List.of("welcome 1", "renew token-1"), connects(expiring("t1")).told());
      assertEquals(List.of("Registered", "TokenRenewed", "CameOnline"), tv.facts());
    }

    @Test
    void is_renewed_by_a_heartbeat_when_its_time_comes() {
      var session = connects(proof("t1", Duration.ofDays(15)));
      session.told();
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1"), session.told());
      tv.clock.advance(Duration.ofDays(2));
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 2", "renew token-1"), session.told());
    }

    @Test
    void is_renewed_once_in_a_connection() {
      var session = connects(expiring("t1"));
      session.told();
      tv.clock.advance(Duration.ofHours(2));
      tv.tell(session.heartbeat());
      assertEquals(List.of("heard 1"), session.told());
    }

    @Test
    void is_not_renewed_by_each_of_many_connections() {
      connects(expiring("t1"));
      assertEquals(List.of("welcome 2"), connects(expiring("t1")).told());
      tv.clock.advance(Duration.ofHours(1));
      assertEquals(List.of("welcome 3", "renew token-2"), connects(expiring("t1")).told());
    }

    @Test
    void leaves_a_record_for_other_programs() {
      connects(expiring("t1"));
      assertEquals(List.of("grace t1 → fresh-1"), elsewhere.told());
    }

    @Test
    void lives_on_when_the_new_one_was_lost_twice() {
      connects(expiring("t1"));
      tv.clock.advance(Duration.ofHours(2));
      connects(expiring("t1"));
      tv.clock.advance(Duration.ofHours(2));
      assertEquals("welcome 3", connects(expiring("t1")).told().getFirst());
    }

    @Test
    void lives_on_when_the_new_one_was_used_and_not_kept() {
      connects(expiring("t1"));
      connects(proof("fresh-1", Duration.ofDays(90)));
      assertEquals("welcome 3", connects(expiring("t1")).told().getFirst());
    }

    @Test
    void ends_with_a_revocation_like_the_one_made_in_its_place() {
      connects(expiring("t1"));
      tv.clock.advance(Duration.ofSeconds(1));
      tv.revokes();
      assertEquals(List.of("goodbye revoked"), connects(expiring("t1")).told());
      assertEquals(
          List.of("goodbye revoked"), connects(proof("fresh-1", Duration.ofDays(90))).told());
    }
  }

  @Nested
  class A_token_that_has_expired_lately {
    @Test
    void is_good_for_a_new_one_and_for_nothing_else() {
      tv.registers();
      tv.queues("hello");
      var session = connects(proof("t1", Duration.ofDays(-1)));
      assertEquals(List.of("welcome 1", "renew token-1"), session.told());
      var healed = connects(proof("fresh-1", Duration.ofDays(90)));
      assertEquals("welcome 2", healed.told().getFirst());
      assertEquals(
          1,
          tv.pending().getFirst().timeline().stream().filter(s -> s.epoch().isPresent()).count());
    }
  }

  @Nested
  class A_device_that_cannot_be_given_a_new_token {
    @Test
    void is_not_let_in_for_nothing() {
      tv.registers();
      for (int i = 0; i < Credentials.LIVE_MAX; i++) {
        tv.issues("t" + i);
      }
      assertEquals(
          List.of("goodbye unavailable"), connects(proof("t3", Duration.ofDays(-1))).told());
    }
  }

  @Nested
  class Where_a_registry_has_the_current_token {
    @BeforeEach
    void it_does() {
      isRegistered("t1");
    }

    @Test
    void a_device_gets_its_name_from_there() {
      connects(expiring("t1"));
      assertEquals("Lobby", tv.view().name());
    }

    @Test
    void the_stored_one_changes_only_when_the_device_has_used_the_new_one() {
      connects(expiring("t1"));
      assertEquals(List.of("grace t1 → fresh-1"), elsewhere.told());
      connects(proof("fresh-1", Duration.ofDays(90)));
      assertEquals(List.of("grace t1 → fresh-1", "current is fresh-1"), elsewhere.told());
    }

    @Test
    void a_renewal_that_was_lost_twice_unpairs_nobody() {
      connects(expiring("t1"));
      tv.clock.advance(Duration.ofHours(2));
      connects(expiring("t1"));
      tv.clock.advance(Duration.ofHours(2));
      assertEquals("welcome 3", connects(expiring("t1")).told().getFirst());
    }

    @Test
    void the_former_one_is_good_after_the_change() {
      connects(expiring("t1"));
      connects(proof("fresh-1", Duration.ofDays(90)));
      assertEquals("welcome 3", connects(expiring("t1")).told().getFirst());
    }

    @Test
    void a_device_that_could_not_keep_its_new_token_and_was_given_another_is_not_unpaired() {
      connects(expiring("t1"));
      connects(proof("fresh-1", Duration.ofDays(90)));
      tv.clock.advance(Duration.ofHours(2));
      assertEquals(List.of("welcome 3", "renew token-2"), connects(expiring("t1")).told());
      elsewhere.told();
      assertEquals(List.of("welcome 4"), connects(proof("fresh-2", Duration.ofDays(90))).told());
      assertEquals(List.of("grace fresh-1 → fresh-2", "current is fresh-2"), elsewhere.told());
      assertEquals("welcome 5", connects(proof("fresh-2", Duration.ofDays(90))).told().getFirst());
    }

    @Test
    void the_record_of_the_current_token_is_not_lost_to_one_that_nobody_has_used() {
      connects(expiring("t1"));
      connects(proof("fresh-1", Duration.ofDays(90)));
      elsewhere.told();
      tv.clock.advance(Duration.ofHours(2));
      connects(expiring("t1"));
      assertEquals(List.of(), elsewhere.told());
    }

    @Test
    void the_newest_of_those_who_knock_is_let_in_whatever_is_answered_first() {
      elsewhere.holdsAnswers();
      var older = tv.session();
      var newer = tv.session();
      tv.tell(older.connect(DeviceRig.ORG, proof("t1", Duration.ofDays(60))));
      tv.tell(newer.connect(DeviceRig.ORG, proof("t1", Duration.ofDays(60))));
      elsewhere.answersLastFirst();
      tv.settles();
      tv.settles();
      assertEquals(List.of("goodbye unavailable"), older.told());
      assertEquals(List.of("welcome 1"), newer.told());
    }

    @Test
    void what_was_read_before_a_revocation_admits_nobody() {
      connects(proof("t1", Duration.ofDays(60)));
      tv.clock.advance(Duration.ofSeconds(61)); // what was read is old
      elsewhere.holdsAnswers();
      var session = tv.session();
      tv.tell(session.connect(DeviceRig.ORG, proof("t1", Duration.ofDays(60))));
      tv.revokes();
      elsewhere.isDeleted();
      elsewhere.answersLastFirst();
      tv.settles();
      tv.settles();
      assertEquals(List.of("goodbye revoked"), session.told());
    }

    @Test
    void a_retired_device_stays_so_whatever_its_row_says() {
      elsewhere.holdsAnswers();
      var session = tv.session();
      tv.tell(session.connect(DeviceRig.ORG, proof("t1", Duration.ofDays(60))));
      tv.registers();
      tv.retires();
      elsewhere.answersLastFirst();
      tv.settles();
      tv.settles();
      assertEquals(List.of("goodbye revoked"), session.told());
    }

    @Test
    void any_other_is_stale() {
      assertEquals(List.of("goodbye revoked"), connects(expiring("t2")).told());
      assertEquals(List.of(), tv.facts());
    }

    @Test
    void one_that_another_program_has_renewed_has_its_grace() {
      elsewhere.left(new Grace("t0", "t1"));
      assertEquals("welcome 1", connects(expiring("t0")).told().getFirst());
    }

    @Test
    void a_redis_outage_is_no_revocation() {
      elsewhere.graceIsAway();
      assertEquals(List.of("goodbye unavailable"), connects(expiring("t0")).told());
    }

    @Test
    void a_database_outage_is_no_revocation() {
      elsewhere.registryIsAway();
      assertEquals(List.of("goodbye unavailable"), connects(expiring("t1")).told());
      assertEquals(
          new Answer.No(io.muster.actors.Refusal.READ_MODEL_UNAVAILABLE), checks(expiring("t1")));
    }

    @Test
    void a_deleted_device_is_turned_away() {
      elsewhere.isDeleted();
      assertEquals(List.of("goodbye revoked"), connects(expiring("t1")).told());
    }

    @Test
    void a_disabled_device_is_turned_away() {
      elsewhere.registered(
          new Entry(DeviceRig.ORG, "Lobby", true, Optional.of("t1"), Optional.empty()));
      assertEquals(List.of("goodbye revoked"), connects(expiring("t1")).told());
    }

    @Test
    void a_deleted_device_does_not_keep_its_socket() {
      var session = connects(proof("t1", Duration.ofDays(60)));
      session.told();
      elsewhere.isDeleted();
      tv.passes(Duration.ofSeconds(67));
      tv.settles();
      assertEquals(List.of("goodbye revoked"), session.told());
    }

    @Test
    void a_registry_that_is_away_ends_no_socket() {
      var session = connects(proof("t1", Duration.ofDays(60)));
      session.told();
      elsewhere.registryIsAway();
      tv.passes(Duration.ofSeconds(200));
      assertEquals(List.of(), session.told());
    }

    @Test
    void messages_and_reconnects_read_nothing() {
      var session = connects(proof("t1", Duration.ofDays(60)));
      int reads = elsewhere.reads.get();
      tv.tell(session.heartbeat());
      connects(proof("t1", Duration.ofDays(60)));
      assertEquals(reads, elsewhere.reads.get());
    }

    @Test
    void the_back_end_may_speak_of_a_device_that_never_came() {
      var answer = tv.asking(DeviceRig.ORG, (_, to) -> new DeviceCommand.Identify(to));
      tv.settles();
      assertEquals("Lobby", ((Answer.Described) DeviceRig.answer(answer)).device().name());
    }
  }
}
