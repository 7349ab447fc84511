package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.app.ClusterSettings.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JoiningTest {
  private static final Seed SELF = new Seed("north", 4711);
  private static final Seed SOUTH = new Seed("south", 4711);
  private static final Seed WEST = new Seed("west", 4711);

  private final List<List<Seed>> asked = new ArrayList<>();
  private CompletionStage<List<Seed>> others = CompletableFuture.completedFuture(List.of());
  private boolean isMember;
  private int told;

  private final Joining joining =
      new Joining(
          List.of(SELF, SOUTH),
          new Joining.Register() {
            @Override
            public CompletionStage<List<Seed>> others() {
              return others;
            }

            @Override
            public void isHere() {
              told++;
            }
          },
          () -> isMember,
          asked::add);

  private void look(Seed... there) {
    others = CompletableFuture.completedFuture(List.of(there));
    joining.look();
  }

  @Test
  void where_nobody_is_the_first_seed_may_found_a_cluster() {
    look();
    look();
    assertEquals(List.of(List.of(SELF, SOUTH)), asked);
  }

  @Test
  void where_others_are_only_they_are_asked_however_long_they_do_not_answer() {
    look(SOUTH);
    look(SOUTH);
    look(SOUTH, WEST);
    assertEquals(List.of(List.of(SOUTH), List.of(SOUTH, WEST)), asked);
  }

  @Test
  void when_the_others_are_not_there_any_more_it_may_found_one_after_all() {
    look(SOUTH);
    look();
    assertEquals(List.of(List.of(SOUTH), List.of(SELF, SOUTH)), asked);
  }

  @Test
  void a_database_that_is_away_changes_nothing() {
    look(SOUTH);
    others = CompletableFuture.failedFuture(new IllegalStateException("away"));
    joining.look();
    assertEquals(List.of(List.of(SOUTH)), asked);
    assertEquals(0, told);
  }

  @Test
  void a_member_says_that_it_is_here_and_asks_nobody() {
    isMember = true;
    look(SOUTH);
    look(SOUTH);
    assertEquals(List.of(), asked);
    assertEquals(2, told);
  }
}
