package io.muster.actors.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class NamesTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 31, 32, 1_000_000, Long.MAX_VALUE})
  void the_id_of_an_event_is_read_as_it_was_written(long seq) {
    var id = new EventId("k3x9", seq);
    assertEquals(Optional.of(id), EventId.parse(id.toString()));
  }

  @Test
  void ids_sort_as_texts_as_they_happened() {
    long[] seqs = {1, 9, 10, 31, 32, 1_023, 1_024, 1L << 40, Long.MAX_VALUE};
    for (int i = 1; i < seqs.length; i++) {
      var before = new EventId("k3x", seqs[i - 1]).toString();
      assertTrue(before.compareTo(new EventId("k3x", seqs[i]).toString()) < 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "k3x",
        "k3x.1",
        "k3x.0000000000w01",
        "K.0000000000001",
        "k.vvvvvvvvvvvvv"
      })
  void what_is_no_id_is_none(String text) {
    assertEquals(Optional.empty(), EventId.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"session:s1", "a:A.b_c~d-e%20"})
  void a_room_is_read_as_it_was_written(String text) {
    assertEquals(text, RoomId.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "session", ":s", "session:", "Session:s", "session:a b", "session:a:b"})
  void what_names_no_room_is_refused(String text) {
    assertThrows(IllegalArgumentException.class, () -> RoomId.parse(text));
  }
}
