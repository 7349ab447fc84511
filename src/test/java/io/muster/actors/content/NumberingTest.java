package io.muster.actors.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.content.Content.Origin;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class NumberingTest {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00.123Z");

  private static Content content(String playlist, Instant changedAt) {
    return new Content(playlist, Origin.CURRENT_PLAYLIST, changedAt, "");
  }

  @Test
  void a_version_is_the_time_of_the_last_change_in_24_characters() {
    var number = Numbering.NONE.number(content("a", T.plusNanos(999)), 1);
    assertEquals("2026-03-01T08:30:00.123Z", number.text());
    assertEquals(
        "2026-03-01T08:30:00.000Z",
        Numbering.NONE.number(content("a", T.minusMillis(123)), 1).text());
  }

  @Test
  void the_same_content_keeps_its_version() {
    var first = Numbering.NONE.number(content("a", T), 1);
    var numbering = Numbering.NONE.with(first);
    assertEquals(first, numbering.number(content("a", T), 1));
    assertTrue(numbering.knows(numbering.number(content("a", T), 1)));
  }

  @Test
  void archived_or_expired_content_never_lowers_the_version() {
    var numbering = Numbering.NONE.with(Numbering.NONE.number(content("a", T), 1));
    var after = numbering.number(content("a", T.minusSeconds(60)), 2);
    assertEquals(T.plusMillis(1), after.version());
    assertFalse(numbering.knows(after));
  }

  @Test
  void a_schedule_that_ends_with_the_same_playlist_leaves_the_version() {
    var numbering = Numbering.NONE.with(Numbering.NONE.number(content("a", T), 1));
    assertEquals(T, numbering.number(content("a", T.minusSeconds(60)), 1).version());
  }

  @Test
  void a_playlist_that_comes_back_unchanged_comes_with_its_version() {
    var numbering = Numbering.NONE.with(Numbering.NONE.number(content("a", T), 1));
    numbering = numbering.with(numbering.number(content("b", T.plusSeconds(5)), 2));
    assertEquals(T, numbering.number(content("a", T), 1).version());
  }

  /** Whatever a source says, a player that compares as text can follow. */
  @Test
  void versions_of_a_playlist_only_rise_and_name_one_content_each() {
    long seed = System.nanoTime();
    var chance = new Random(seed);
    for (int life = 0; life < 200; life++) {
      var numbering = Numbering.NONE;
      Map<String, String> last = new HashMap<>();
      Map<String, Long> meaning = new HashMap<>();
      for (int step = 0; step < 60; step++) {
        var playlist = "p" + chance.nextInt(30);
        long print = chance.nextInt(4);
        var number =
            numbering.number(content(playlist, T.plusMillis(chance.nextInt(1_000))), print);
        numbering = numbering.with(number);
        var text = number.text();
        var where = "seed " + seed + ", " + playlist + " " + text;
        assertEquals(24, text.length(), where);
        assertTrue(text.compareTo(last.getOrDefault(playlist, "")) >= 0, where);
        assertEquals(print, meaning.computeIfAbsent(playlist + text, _ -> print), where);
        last.put(playlist, text);
        assertTrue(numbering.recent().size() <= Numbering.RECENT_MAX, where);
      }
    }
  }
}
