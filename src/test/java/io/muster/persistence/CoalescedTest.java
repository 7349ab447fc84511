package io.muster.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CoalescedTest {
  private final List<CompletableFuture<String>> asked = new ArrayList<>();
  private final Coalesced<String, String> question =
      new Coalesced<>(
          _ -> {
            asked.add(new CompletableFuture<>());
            return asked.getLast();
          });

  @Test
  void one_is_under_way_and_all_who_come_meanwhile_share_the_next() {
    var first = ask("a");
    var second = ask("a");
    var third = ask("a");
    assertEquals(1, asked.size());

    asked.get(0).complete("early");
    assertEquals("early", first.join());
    assertFalse(second.isDone());
    assertEquals(2, asked.size());

    asked.get(1).complete("late");
    assertEquals("late", second.join());
    assertEquals("late", third.join());
    assertEquals(2, asked.size());
  }

  @Test
  void nobody_gets_an_answer_from_before_the_question() {
    var first = ask("a");
    asked.get(0).complete("old");
    var second = ask("a");
    asked.get(1).complete("new");
    assertEquals("old", first.join());
    assertEquals("new", second.join());
  }

  @Test
  void different_keys_do_not_wait_for_each_other() {
    ask("a");
    ask("b");
    assertEquals(2, asked.size());
  }

  @Test
  void a_failure_is_told_to_those_who_shared_it_and_the_next_are_asked_for() {
    var first = ask("a");
    var second = ask("a");
    asked.get(0).completeExceptionally(new IllegalStateException("away"));
    assertTrue(first.isCompletedExceptionally());
    asked.get(1).complete("back");
    assertEquals("back", second.join());
  }

  @Test
  void a_question_that_cannot_be_asked_fails_and_does_not_occupy_its_key() {
    var isBroken = new AtomicBoolean(true);
    var fragile =
        new Coalesced<String, String>(
            _ -> {
              if (isBroken.get()) {
                throw new IllegalStateException("no connection");
              }
              return CompletableFuture.completedFuture("back");
            });
    assertTrue(fragile.ask("a").toCompletableFuture().isCompletedExceptionally());
    isBroken.set(false);
    assertEquals("back", fragile.ask("a").toCompletableFuture().join());
  }

  @Test
  void one_who_gives_up_does_not_take_the_answer_from_the_others() {
    ask("a");
    var impatient = ask("a");
    var patient = ask("a");
    impatient.cancel(true);
    asked.get(0).complete("early");
    asked.get(1).complete("late");
    assertEquals("late", patient.join());
  }

  private CompletableFuture<String> ask(String key) {
    CompletionStage<String> answer = question.ask(key);
    return answer.toCompletableFuture();
  }
}
