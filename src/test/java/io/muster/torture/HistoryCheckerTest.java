package io.muster.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.torture.Fact.Alert;
import io.muster.torture.Fact.Asked;
import io.muster.torture.Fact.BeganAnew;
import io.muster.torture.Fact.Came;
import io.muster.torture.Fact.Did;
import io.muster.torture.Fact.Heard;
import io.muster.torture.Fact.Kept;
import io.muster.torture.Fact.Left;
import io.muster.torture.Fact.Published;
import io.muster.torture.Fact.Read;
import io.muster.torture.Fact.SentAway;
import io.muster.torture.Fact.Settled;
import io.muster.torture.Fact.Shown;
import io.muster.torture.Fact.Stopped;
import io.muster.torture.Fact.Trouble;
import io.muster.torture.Fact.Truth;
import io.muster.torture.Fact.Vanished;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each fault is put into a history that has none, and is found. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class HistoryCheckerTest {
  private static final HistoryChecker.Rules RULES =
      new HistoryChecker.Rules(
          Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofSeconds(2));
  private static final long T = 1_000_000;

  private static List<String> check(Fact... facts) {
    return HistoryChecker.check(RULES, List.of(facts));
  }

  private static long second(double seconds) {
    return T + (long) (seconds * 1_000);
  }

  private static void assertFound(String what, Fact... facts) {
    var found = check(facts);
    assertEquals(1, found.size(), found::toString);
    assertTrue(found.getFirst().startsWith(what), found::toString);
  }

  private static Asked asked(long turn, String command) {
    return new Asked(
        "ada", turn, "tv", second(turn), second(turn + 0.5), Optional.of(command), true);
  }

  private static Did did(String command, double at) {
    return new Did("tv", command, second(at));
  }

  private static Settled acknowledged(String command) {
    return new Settled(command, "acknowledged");
  }

  private static Read read(double from, double to, String status, long epoch, long seq) {
    return new Read("tv", second(from), second(to), status, epoch, seq);
  }

  private static Came came(double at) {
    return new Came("tv", "north", second(at));
  }

  private static Left left(double at) {
    return new Left("tv", second(at));
  }

  @Nested
  class A_command {
    @Test
    void is_done_once_and_acknowledged() {
      assertEquals(List.of(), check(asked(1, "c"), did("c", 2), acknowledged("c")));
    }

    @Test
    void that_was_accepted_and_never_settles_is_lost() {
      assertFound("lost", asked(1, "c"), new Settled("c", "queued"));
    }

    @Test
    void of_which_nothing_is_known_any_more_is_lost() {
      assertFound("lost", asked(1, "c"));
    }

    @Test
    void to_a_device_that_never_came_back_may_wait() {
      assertEquals(
          List.of(),
          check(
              new Vanished("tv", T),
              new Alert("tv", second(22)),
              asked(1, "c"),
              new Settled("c", "queued")));
    }

    @Test
    void that_is_done_twice_is_found() {
      assertFound("twice", asked(1, "c"), did("c", 2), did("c", 3), acknowledged("c"));
    }

    @Test
    void that_is_said_to_be_done_and_was_not_is_found() {
      assertFound("invented", asked(1, "c"), acknowledged("c"));
    }

    @Test
    void that_was_refused_and_done_all_the_same_is_found() {
      var refused = new Asked("ada", 1, "tv", second(1), second(2), Optional.empty(), true);
      assertFound("refused and done", refused, did("c", 2));
    }

    @Test
    void without_an_answer_may_be_done_or_not() {
      var unknown = new Asked("ada", 1, "tv", second(1), second(2), Optional.empty(), false);
      assertEquals(List.of(), check(unknown));
      assertEquals(List.of(), check(unknown, did("c", 2)));
    }

    @Test
    void that_overtakes_another_of_the_same_operator_is_found() {
      assertFound(
          "out of order",
          asked(1, "c"),
          asked(2, "d"),
          did("d", 3),
          did("c", 4),
          acknowledged("c"),
          acknowledged("d"));
    }
  }

  @Nested
  class An_epoch {
    @Test
    void is_minted_for_each_connection() {
      assertEquals(List.of(), check(came(0), left(3), came(4), read(10, 11, "online", 2, 7)));
    }

    @Test
    void that_two_connections_share_means_two_owners() {
      assertFound("two owners", came(0), left(3), came(4), read(10, 11, "online", 1, 7));
    }

    @Test
    void that_goes_back_is_found() {
      assertFound("back in time", read(1, 2, "online", 3, 9), read(4, 5, "online", 2, 8));
    }

    @Test
    void may_be_seen_in_any_order_by_readers_at_the_same_time() {
      assertEquals(List.of(), check(read(1, 5, "online", 3, 9), read(4, 6, "online", 2, 8)));
    }

    @Test
    void that_stays_while_its_facts_go_back_is_found() {
      assertFound("back in time", read(1, 2, "online", 3, 9), read(4, 5, "online", 3, 8));
    }
  }

  @Nested
  class A_status {
    @Test
    void of_a_connected_device_is_online() {
      assertFound("not online", came(0), read(10, 11, "reconnecting", 1, 3));
    }

    @Test
    void is_not_held_against_a_node_in_trouble() {
      assertEquals(
          List.of(),
          check(
              came(0),
              new Trouble("north", "pause", second(8), second(12)),
              read(10, 11, "reconnecting", 1, 3)));
    }

    @Test
    void just_after_a_connection_or_before_its_end_may_be_either() {
      assertEquals(
          List.of(),
          check(
              came(9),
              left(30),
              read(10, 11, "reconnecting", 1, 3),
              read(29, 29, "offline", 1, 3)));
    }
  }

  @Nested
  class An_alert {
    @Test
    void of_a_device_that_was_there_is_false() {
      assertFound("false alert", came(0), new Alert("tv", second(60)));
    }

    @Test
    void of_a_device_that_was_away_for_less_than_its_grace_is_false() {
      assertFound("false alert", came(0), left(50), new Alert("tv", second(60)));
    }

    @Test
    void of_a_device_that_was_away_for_its_grace_is_right() {
      assertEquals(List.of(), check(came(0), left(30), new Alert("tv", second(51)), came(55)));
    }

    @Test
    void that_is_missing_is_found() {
      assertFound("no alert", came(0), left(30), new Vanished("tv", second(30)));
    }

    @Test
    void that_is_late_is_found() {
      assertFound(
          "no alert",
          came(0),
          left(30),
          new Vanished("tv", second(30)),
          new Alert("tv", second(70)));
    }

    @Test
    void may_be_as_late_as_nodes_were_in_trouble() {
      assertEquals(
          List.of(),
          check(
              came(0),
              left(30),
              new Vanished("tv", second(30)),
              new Trouble("south", "pause", second(40), second(60)),
              new Alert("tv", second(75))));
    }
  }

  @Nested
  class A_dashboard {
    private final Truth truth = new Truth("tv", "online", 3, 9);

    private List<String> shows(Shown... shown) {
      var facts = new ArrayList<Fact>(List.of(shown));
      facts.add(truth);
      return HistoryChecker.check(RULES, facts);
    }

    @Test
    void shows_what_is() {
      assertEquals(List.of(), shows(new Shown("d", "tv", "online", 3, 9)));
      // Facts that change nothing in the picture are not told.
      assertEquals(List.of(), shows(new Shown("d", "tv", "online", 3, 4)));
    }

    @Test
    void of_a_device_that_has_vanished_does_not_say_online() {
      assertTrue(
          check(
                  truth,
                  new Shown("d", "tv", "online", 3, 9),
                  new Vanished("tv", T),
                  new Alert("tv", second(21)))
              .getFirst()
              .startsWith("a ghost"));
    }

    @Test
    void that_missed_something_is_found() {
      assertTrue(shows(new Shown("d", "tv", "online", 2, 8)).getFirst().startsWith("stale"));
      assertTrue(shows(new Shown("d", "tv", "offline", 3, 9)).getFirst().startsWith("stale"));
      assertTrue(shows(new Shown("d", "box", "online", 3, 9)).getFirst().startsWith("not shown"));
    }
  }

  @Nested
  class A_room {
    private static Published published(long number) {
      return new Published("session:s", number, "k.%d".formatted(number));
    }

    private static Kept kept(long number) {
      return new Kept("session:s", number, "k.%d".formatted(number));
    }

    private static Heard heard(long number) {
      return new Heard("anna", "session:s", number, "k.%d".formatted(number));
    }

    @Test
    void that_keeps_and_tells_everything_is_right() {
      assertEquals(
          List.of(),
          check(published(1), published(2), kept(1), kept(2), kept(3), heard(2), heard(3)));
    }

    @Test
    void that_has_lost_what_was_acknowledged_is_found() {
      assertFound("lost", published(1), published(2), kept(1));
    }

    @Test
    void in_which_something_has_happened_twice_is_found() {
      assertFound("twice", kept(1), new Kept("session:s", 1, "k.2"));
    }

    @Test
    void that_is_out_of_order_is_found() {
      assertFound("out of order", kept(2), kept(1));
    }

    @Test
    void whose_guest_was_told_something_twice_is_found() {
      assertFound("out of order or twice", kept(1), heard(1), heard(1));
    }

    @Test
    void whose_guest_has_missed_something_is_found_unless_it_was_told_so() {
      assertFound("a hole", kept(1), kept(2), kept(3), heard(1), heard(3));
      assertFound("a hole", kept(1), kept(2), heard(1));
      assertEquals(
          List.of(), check(kept(1), kept(2), heard(1), new BeganAnew("anna", "session:s")));
    }
  }

  @Nested
  class An_end {
    @Test
    void after_which_a_real_client_stays_away_is_found() {
      assertFound("sent away for good", new SentAway("tv", 4001, T));
    }

    @Test
    void of_a_node_that_was_told_to_stop_is_in_time_and_well() {
      assertEquals(List.of(), check(new Stopped("north", 0, T, second(29))));
      assertFound("stopped badly", new Stopped("north", 0, T, second(31)));
      assertFound("stopped badly", new Stopped("north", 1, T, second(2)));
    }
  }
}
