package io.muster.actors;

import static io.muster.actors.Ledger.Entry.AFTER_A_HOLE;
import static io.muster.actors.Ledger.Entry.NEXT;
import static io.muster.actors.Ledger.Entry.OLD;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LedgerTest {
  private final Ledger ledger = new Ledger();

  @Test
  void whoever_begins_to_tell_has_left_nothing_out() {
    assertEquals(NEXT, ledger.beat("north", 0));
    assertEquals(NEXT, ledger.post("north", 1));
    assertEquals(NEXT, ledger.post("north", 2));
    assertEquals(NEXT, ledger.beat("north", 2));
  }

  @Test
  void whoever_is_met_late_has_told_something_before() {
    assertEquals(AFTER_A_HOLE, ledger.post("north", 7));
    assertEquals(NEXT, ledger.post("north", 8));
    assertEquals(AFTER_A_HOLE, ledger.beat("south", 3));
    assertEquals(NEXT, ledger.post("south", 4));
  }

  @Test
  void a_last_word_that_was_lost_is_missed_at_the_next_beat() {
    ledger.post("north", 1);
    assertEquals(AFTER_A_HOLE, ledger.beat("north", 2));
    assertEquals(NEXT, ledger.beat("north", 2));
  }

  @Test
  void what_comes_again_is_old() {
    ledger.post("north", 1);
    assertEquals(OLD, ledger.post("north", 1));
    ledger.beat("north", 5);
    assertEquals(OLD, ledger.post("north", 5));
  }

  @Test
  void those_who_are_silent_for_long_make_room() {
    ledger.post("north", 1);
    for (int i = 0; i < 2_000; i++) {
      ledger.post("run " + i, 1);
    }
    assertEquals(AFTER_A_HOLE, ledger.post("north", 2));
  }

  /** Any number of messages get lost, and any number of beats; the order stays. */
  @RepeatedTest(200)
  void nothing_is_missed_in_silence_and_nothing_is_heard_twice(RepetitionInfo run) {
    var random = new Random(run.getCurrentRepetition());
    var heard = new ArrayList<Long>();
    var unexplained = new ArrayList<Long>();
    long told = 0;
    for (int step = 0; step < 100; step++) {
      boolean arrives = random.nextInt(4) > 0;
      if (random.nextInt(3) > 0) {
        told++;
        unexplained.add(told);
        if (arrives) {
          var entry = ledger.post("north", told);
          heard.add(told);
          if (entry == AFTER_A_HOLE) {
            unexplained.clear();
          }
          unexplained.remove(told);
        }
      } else if (arrives && ledger.beat("north", told) == AFTER_A_HOLE) {
        unexplained.clear();
      }
    }
    if (ledger.beat("north", told) == AFTER_A_HOLE) {
      unexplained.clear();
    }
    assertEquals(List.of(), unexplained, () -> "seed " + run.getCurrentRepetition());
    assertEquals(heard.stream().distinct().toList(), heard);
  }
}
