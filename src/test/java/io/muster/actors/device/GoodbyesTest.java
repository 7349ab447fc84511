package io.muster.actors.device;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GoodbyesTest {
  private final Goodbyes goodbyes = new Goodbyes();
  private final List<CompletableFuture<String>> said = new CopyOnWriteArrayList<>();

  private void lose(int connections) {
    for (int n = 0; n < connections; n++) {
      goodbyes.say(
          () -> {
            var answer = new CompletableFuture<String>();
            said.add(answer);
            return answer;
          });
    }
  }

  @Test
  void so_many_are_said_at_a_time() {
    lose(Goodbyes.AT_ONCE + 2);
    assertEquals(Goodbyes.AT_ONCE, said.size());
  }

  @Test
  void the_next_is_said_when_one_has_been_heard() {
    lose(Goodbyes.AT_ONCE + 2);
    said.getFirst().complete("heard");
    assertEquals(Goodbyes.AT_ONCE + 1, said.size());
  }

  @Test
  void the_next_is_said_when_one_has_failed() {
    lose(Goodbyes.AT_ONCE + 2);
    said.getFirst().completeExceptionally(new IllegalStateException("lost"));
    assertEquals(Goodbyes.AT_ONCE + 1, said.size());
  }

  @Test
  void those_who_do_not_answer_hold_up_nobody_for_long() {
    lose(Goodbyes.AT_ONCE * 2 + 1);
    eventually("all are said", () -> said.size() == Goodbyes.AT_ONCE * 2 + 1);
  }

  @Test
  void whoever_is_lost_when_all_have_been_heard_is_told_at_once() {
    lose(Goodbyes.AT_ONCE + 2);
    said.forEach(answer -> answer.complete("heard"));
    lose(1);
    assertEquals(Goodbyes.AT_ONCE + 3, said.size());
  }
}
