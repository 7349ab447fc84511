package io.muster.actors.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.notify.GraceRule.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RulesetTest {
  private static final Duration DEFAULT = Duration.ofMinutes(2);
  private static final OrgId ACME = new OrgId("acme");
  private static final DeviceId TV = new DeviceId("tv-1");

  private static GraceRule rule(Scope scope, String subject, int seconds, boolean muted) {
    return new GraceRule(
        ACME,
        scope,
        subject,
        seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)),
        muted);
  }

  private static long grace(OrgId org, GraceRule... rules) {
    return Ruleset.of(List.of(rules), DEFAULT)
        .graceOf(TV, org, new TreeSet<>(List.of("lobby", "slow")))
        .toSeconds();
  }

  private static boolean isMuted(GraceRule... rules) {
    return Ruleset.of(List.of(rules), DEFAULT)
        .isMuted(TV, ACME, new TreeSet<>(List.of("lobby", "slow")));
  }

  private static final GraceRule ORGANIZATION = rule(Scope.ORGANIZATION, "", 600, false);
  private static final GraceRule LOBBY = rule(Scope.TAG, "lobby", 30, false);
  private static final GraceRule SLOW = rule(Scope.TAG, "slow", 3_600, false);
  private static final GraceRule OWN = rule(Scope.DEVICE, "tv-1", 7_200, false);

  @Nested
  class The_grace {
    @Test
    void is_the_default_without_a_rule() {
      assertEquals(120, grace(ACME));
    }

    @Test
    void is_the_organisations_where_nothing_narrower_is_said() {
      assertEquals(600, grace(ACME, ORGANIZATION, rule(Scope.TAG, "other", 20, false)));
    }

    @Test
    void is_the_shortest_of_its_tags() {
      assertEquals(30, grace(ACME, ORGANIZATION, SLOW, LOBBY));
    }

    @Test
    void is_its_own_before_all_others() {
      assertEquals(7_200, grace(ACME, ORGANIZATION, SLOW, LOBBY, OWN));
    }

    @Test
    void is_left_to_the_next_wider_rule_by_one_that_only_mutes() {
      assertEquals(600, grace(ACME, ORGANIZATION, rule(Scope.DEVICE, "tv-1", 0, true)));
    }

    @Test
    void of_another_organisation_is_none_of_ours() {
      assertEquals(120, grace(new OrgId("globex"), ORGANIZATION, LOBBY, OWN));
    }

    @Test
    void is_bounded() {
      assertThrows(IllegalArgumentException.class, () -> rule(Scope.TAG, "lobby", 9, false));
      assertThrows(IllegalArgumentException.class, () -> rule(Scope.TAG, "lobby", 604_801, false));
    }
  }

  @Nested
  class A_mute {
    @Test
    void of_the_organisation_is_lifted_for_one_device() {
      var muted = rule(Scope.ORGANIZATION, "", 0, true);
      assertTrue(isMuted(muted));
      assertFalse(isMuted(muted, OWN));
    }

    @Test
    void of_one_tag_is_enough() {
      assertTrue(isMuted(LOBBY, rule(Scope.TAG, "slow", 0, true)));
    }

    @Test
    void of_a_tag_goes_before_the_organisation() {
      assertFalse(isMuted(LOBBY, rule(Scope.ORGANIZATION, "", 0, true)));
    }
  }
}
