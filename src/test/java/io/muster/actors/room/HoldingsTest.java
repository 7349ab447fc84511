package io.muster.actors.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.room.Mutation.Kind;
import io.muster.actors.room.Mutation.Policy;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HoldingsTest {
  private Holdings holdings = Holdings.NONE;

  private static Mutation wish(Kind kind, String id, String fields) {
    return wish(kind, id, fields, OptionalLong.empty(), Policy.FIELD_MERGE);
  }

  private static Mutation wish(
      Kind kind, String id, String fields, OptionalLong base, Policy policy) {
    return new Mutation("op", "user", kind, Optional.of(id), fields, base, policy, "anna");
  }

  private Held does(Mutation wanted) {
    var change = assertInstanceOf(Holdings.Outcome.Change.class, holdings.outcome(wanted));
    holdings = holdings.after(wanted.kind(), change.held());
    return change.held();
  }

  private Answer isRefused(Mutation wanted) {
    return assertInstanceOf(Holdings.Outcome.Not.class, holdings.outcome(wanted)).why();
  }

  @Nested
  class An_update {
    @Test
    void changes_what_it_names_and_counts() {
      does(wish(Kind.CREATE, "u1", "{\"a\":1,\"b\":1}"));
      var held = does(wish(Kind.UPDATE, "u1", "{\"b\":2}"));
      assertEquals("{\"a\":1,\"b\":2,\"id\":\"u1\"}", held.data());
      assertEquals(2, held.version());
    }

    @Test
    void of_a_field_that_has_changed_meanwhile_is_in_conflict() {
      does(wish(Kind.CREATE, "u1", "{\"a\":1,\"b\":1}"));
      var current = does(wish(Kind.UPDATE, "u1", "{\"a\":2}"));
      var late = wish(Kind.UPDATE, "u1", "{\"a\":3}", OptionalLong.of(1), Policy.FIELD_MERGE);
      assertEquals(new Answer.Conflict(current), isRefused(late));
    }

    @Test
    void of_another_field_is_merged_unless_it_must_not_be() {
      does(wish(Kind.CREATE, "u1", "{\"a\":1,\"b\":1}"));
      var current = does(wish(Kind.UPDATE, "u1", "{\"a\":2}"));
      var strict = wish(Kind.UPDATE, "u1", "{\"b\":3}", OptionalLong.of(1), Policy.STRICT);
      assertEquals(new Answer.Conflict(current), isRefused(strict));
      var merged =
          does(wish(Kind.UPDATE, "u1", "{\"b\":3}", OptionalLong.of(1), Policy.FIELD_MERGE));
      assertEquals("{\"a\":2,\"b\":3,\"id\":\"u1\"}", merged.data());
    }

    @Test
    void never_changes_an_id() {
      does(wish(Kind.CREATE, "u1", "{}"));
      assertEquals("{\"id\":\"u1\"}", does(wish(Kind.UPDATE, "u1", "{\"id\":\"u2\"}")).data());
    }

    @Test
    void of_what_is_not_there_is_refused() {
      assertEquals(new Answer.No(Refusal.ABSENT), isRefused(wish(Kind.UPDATE, "u1", "{}")));
      assertEquals(new Answer.No(Refusal.ABSENT), isRefused(wish(Kind.DELETE, "u1", "{}")));
    }

    @Test
    void with_what_is_no_object_is_refused() {
      assertEquals(new Answer.No(Refusal.INVALID), isRefused(wish(Kind.UPDATE, "u1", "[]")));
    }
  }

  @Nested
  class What_is_created {
    @Test
    void twice_is_in_conflict() {
      var current = does(wish(Kind.CREATE, "u1", "{}"));
      assertEquals(new Answer.Conflict(current), isRefused(wish(Kind.CREATE, "u1", "{}")));
    }

    @Test
    void without_an_id_gets_the_same_one_for_the_same_operation() {
      var wanted =
          new Mutation(
              "op-1",
              "user",
              Kind.CREATE,
              Optional.empty(),
              "{}",
              OptionalLong.empty(),
              Policy.STRICT,
              "anna");
      var first = (Holdings.Outcome.Change) holdings.outcome(wanted);
      assertEquals(first, holdings.outcome(wanted));
    }

    @Test
    void beyond_what_fits_is_refused() {
      for (int n = 0; n < Holdings.ENTITIES_MAX; n++) {
        does(wish(Kind.CREATE, "u" + n, "{}"));
      }
      assertEquals(new Answer.No(Refusal.FULL), isRefused(wish(Kind.CREATE, "more", "{}")));
    }
  }

  /** As many maps would have it, whatever the order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void any_changes_come_to_what_a_map_would_hold(long seed) {
    var chance = new Random(seed);
    Map<String, Integer> model = new HashMap<>();
    for (int step = 0; step < 500; step++) {
      var id = "u" + chance.nextInt(20);
      var kind = Kind.values()[chance.nextInt(Kind.values().length)];
      var wanted = wish(kind, id, "{\"n\":%d}".formatted(step));
      boolean isPossible = model.containsKey(id) != (kind == Kind.CREATE);
      assertEquals(
          isPossible,
          holdings.outcome(wanted) instanceof Holdings.Outcome.Change,
          wanted::toString);
      if (isPossible) {
        does(wanted);
        if (kind == Kind.DELETE) {
          model.remove(id);
        } else {
          model.put(id, step);
        }
      }
    }
    assertEquals(model.size(), holdings.held().size());
    for (Held held : holdings.held()) {
      assertTrue(held.data().contains("\"n\":" + model.get(held.id())), held::toString);
    }
    long chars = holdings.held().stream().mapToLong(held -> held.data().length()).sum();
    assertEquals(chars, holdings.chars());
  }
}
