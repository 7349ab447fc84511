package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.device.DeviceEvent.TokenIssued;
import io.muster.actors.device.DeviceEvent.TokenUsed;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CredentialsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static TokenIssued issued(String hash) {
    return new TokenIssued(hash, NOW.plusSeconds(3600), "ann", NOW);
  }

  private static Credentials with(String... hashes) {
    var credentials = Credentials.NONE;
    for (String hash : hashes) {
      credentials = credentials.plus(issued(hash));
    }
    return credentials;
  }

  @Nested
  class Before_anything_was_issued_here {
    @Test
    void a_verified_signature_is_enough() {
      assertTrue(Credentials.NONE.accept("elsewhere", NOW));
      assertFalse(Credentials.NONE.isFirstUse("elsewhere"));
    }
  }

  @Nested
  class When_several_are_live {
    private final Credentials three = with("a", "b", "c");

    @Test
    void all_of_them_are_good_until_a_newer_one_is_used() {
      assertTrue(three.accept("a", NOW) && three.accept("b", NOW) && three.accept("c", NOW));
    }

    @Test
    void the_use_of_one_ends_those_before_it_and_not_those_after_it() {
      var used = three.usedBy(new TokenUsed("b", NOW));
      assertFalse(used.accept("a", NOW));
      assertTrue(used.accept("b", NOW));
      assertTrue(used.accept("c", NOW));
      assertTrue(used.accept("elsewhere", NOW));
    }

    @Test
    void only_the_first_use_is_one() {
      assertTrue(three.isFirstUse("b"));
      assertFalse(three.usedBy(new TokenUsed("b", NOW)).isFirstUse("b"));
    }
  }

  @Nested
  class After_a_revocation {
    private final Credentials revoked = with("a").revokedAt(NOW);

    @Test
    void those_issued_here_have_ended() {
      assertFalse(revoked.accept("a", NOW.minusSeconds(60)));
      assertFalse(revoked.accept("a", NOW.plusSeconds(60)));
    }

    @Test
    void those_made_elsewhere_until_then_have_ended() {
      assertFalse(revoked.accept("elsewhere", NOW));
      assertTrue(revoked.accept("elsewhere", NOW.plusSeconds(1)));
    }

    @Test
    void one_issued_here_in_the_same_second_is_good() {
      assertTrue(revoked.plus(issued("b")).accept("b", NOW));
    }

    @Test
    void a_later_one_takes_those_issued_since() {
      var again = revoked.plus(issued("b")).revokedAt(NOW.plusSeconds(10));
      assertFalse(again.accept("b", NOW.plusSeconds(20)));
    }
  }

  @Nested
  class Its_bounds {
    @Test
    void sixteen_are_live_at_most_and_expired_ones_do_not_count() {
      var full = Credentials.NONE;
      for (int n = 0; n < Credentials.LIVE_MAX; n++) {
        assertFalse(full.isFull(NOW));
        full = full.plus(issued("t" + n));
      }
      assertTrue(full.isFull(NOW));
      assertFalse(full.isFull(NOW.plusSeconds(3600)));
    }

    @Test
    void an_expired_one_makes_room_when_the_next_is_issued() {
      var next = new TokenIssued("new", NOW.plusSeconds(9000), "ann", NOW.plusSeconds(3600));
      assertEquals(1, with("a", "b").plus(next).live().size());
    }

    @Test
    void the_last_64_ended_ones_are_remembered() {
      var credentials = Credentials.NONE;
      for (int n = 0; n < 100; n++) {
        credentials = credentials.plus(issued("t" + n)).usedBy(new TokenUsed("t" + n, NOW));
      }
      assertEquals(64, credentials.ended().size());
      assertFalse(credentials.accept("t98", NOW));
      assertTrue(credentials.accept("t99", NOW));
    }
  }
}
