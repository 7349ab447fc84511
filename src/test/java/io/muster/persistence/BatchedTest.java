package io.muster.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.ReadModelUnavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BatchedTest {
  private record Asked(Set<String> keys, CompletableFuture<Function<String, String>> answer) {}

  private final List<Asked> asked = new ArrayList<>();
  private final Batched<String, String> question =
      new Batched<>(
          3,
          keys -> {
            asked.add(new Asked(Set.copyOf(keys), new CompletableFuture<>()));
            return asked.getLast().answer();
          });

  private CompletableFuture<String> ask(String key) {
    return question.ask(key).toCompletableFuture();
  }

  @Test
  void one_that_comes_alone_is_asked_at_once() {
    var answer = ask("a");
    assertEquals(Set.of("a"), asked.getFirst().keys());
    asked.getFirst().answer().complete(key -> key + "!");
    assertEquals("a!", answer.join());
  }

  @Test
  void those_that_come_meanwhile_are_asked_together_and_no_more_than_fit() {
    ask("a");
    var others = List.of(ask("b"), ask("c"), ask("d"), ask("e"));
    assertEquals(1, asked.size());

    asked.get(0).answer().complete(key -> key);
    assertEquals(Set.of("b", "c", "d"), asked.get(1).keys());
    asked.get(1).answer().complete(key -> key + 1);
    assertEquals(Set.of("e"), asked.get(2).keys());
    asked.get(2).answer().complete(key -> key + 2);
    assertEquals(List.of("b1", "c1", "d1", "e2"), others.stream().map(f -> f.join()).toList());
  }

  @Test
  void nobody_gets_an_answer_from_before_the_question() {
    var first = ask("a");
    var second = ask("a");
    asked.get(0).answer().complete(_ -> "old");
    assertEquals("old", first.join());
    assertFalse(second.isDone());
    asked.get(1).answer().complete(_ -> "new");
    assertEquals("new", second.join());
  }

  @Test
  void a_failure_is_told_to_its_own_batch_only() {
    var first = ask("a");
    var second = ask("b");
    var failure = new IllegalStateException("away");
    asked.get(0).answer().completeExceptionally(failure);
    asked.get(1).answer().complete(key -> key);
    assertSame(failure, assertThrows(CompletionException.class, first::join).getCause());
    assertEquals("b", second.join());
  }

  @Test
  void what_goes_wrong_with_one_of_them_spoils_no_other() {
    ask("x");
    var bad = ask("bad");
    var good = ask("good");
    asked.get(0).answer().complete(key -> key);
    asked
        .get(1)
        .answer()
        .complete(
            key -> {
              if (key.equals("bad")) {
                throw new IllegalArgumentException(key);
              }
              return key;
            });
    assertThrows(CompletionException.class, bad::join);
    assertEquals("good", good.join());
  }

  @Test
  void those_who_ask_the_same_are_answered_in_the_order_of_asking() {
    ask("a");
    var answered = new ArrayList<Integer>();
    for (int i = 0; i < 5; i++) {
      int turn = i;
      ask("same").thenRun(() -> answered.add(turn));
    }
    asked.get(0).answer().complete(key -> key);
    asked.get(1).answer().complete(key -> key);
    assertEquals(List.of(0, 1, 2, 3, 4), answered);
  }

  @Test
  void a_batch_that_takes_too_long_is_asked_again_in_smaller_ones_until_these_are_answered() {
    ask("a");
    var all = List.of(ask("b"), ask("c"), ask("d"));
    asked.get(0).answer().complete(key -> key);
    asked.get(1).answer().completeExceptionally(late());
    assertEquals(Set.of("b"), asked.get(2).keys());
    asked.get(2).answer().complete(key -> key);
    assertEquals(Set.of("c", "d"), asked.get(3).keys());
    asked.get(3).answer().complete(key -> key);
    assertEquals(List.of("b", "c", "d"), all.stream().map(f -> f.join()).toList());
  }

  @Test
  void one_that_takes_too_long_all_alone_is_not_asked_again() {
    var slow = ask("a");
    var failure = late();
    asked.getFirst().answer().completeExceptionally(failure);
    assertSame(failure, assertThrows(CompletionException.class, slow::join).getCause());
    assertEquals(1, asked.size());
  }

  private static ReadModelUnavailable late() {
    return new ReadModelUnavailable("late", new TimeoutException());
  }

  @Test
  void a_question_that_cannot_be_asked_fails_and_the_next_can() {
    var answers = new ArrayList<CompletableFuture<String>>();
    var flaky =
        new Batched<String, String>(
            3,
            _ -> {
              if (answers.isEmpty()) {
                throw new IllegalStateException("closed");
              }
              return CompletableFuture.completedFuture(key -> key);
            });
    answers.add(flaky.ask("a").toCompletableFuture());
    assertTrue(answers.getFirst().isCompletedExceptionally());
    assertEquals("b", flaky.ask("b").toCompletableFuture().join());
  }
}
