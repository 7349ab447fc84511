package io.muster.actors.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.OrgId;
import io.muster.actors.canary.Canary.Path;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.Relay.Audience;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.support.MemoryTelemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CanaryTest {
  private static final OrgId ACME = new OrgId("acme");

  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private final Canary canary = new Canary("muster-0", telemetry, () -> 0);
  private final List<ToDashboard> toWatchers = new ArrayList<>();
  private final List<ToDashboard> said = new ArrayList<>();
  private final Audience audience =
      canary.beside(
          new Audience() {
            @Override
            public boolean isWatched(OrgId org) {
              return false;
            }

            @Override
            public void deliver(OrgId org, ToDashboard news) {
              toWatchers.add(news);
            }

            @Override
            public void missed() {}
          });
  private boolean isDeaf;
  private CompletionStage<?> written = CompletableFuture.completedFuture(null);
  private int writes;

  private final Feed feed =
      new Feed() {
        @Override
        public void publish(OrgId org, ToDashboard news) {
          said.add(news);
          if (!isDeaf) {
            audience.deliver(org, news);
          }
        }

        @Override
        public boolean isWatched(OrgId org) {
          return audience.isWatched(org);
        }
      };

  private void turns(int count) {
    for (int i = 0; i < count; i++) {
      canary.turn(
          feed,
          () -> {
            writes++;
            return written;
          });
    }
  }

  private static CompletionStage<?> failed() {
    return CompletableFuture.failedFuture(new IllegalStateException("no space left"));
  }

  @Nested
  class Its_word {
    @Test
    void is_another_one_each_time() {
      turns(3);
      assertEquals(3, said.stream().distinct().count());
    }

    @Test
    void reaches_no_watcher_and_hides_nothing_from_them() {
      turns(3);
      assertTrue(toWatchers.isEmpty());
      audience.deliver(ACME, said.getFirst());
      assertEquals(1, toWatchers.size());
    }

    @Test
    void that_is_not_heard_is_counted() {
      isDeaf = true;
      turns(2);
      assertTrue(telemetry.counted().contains("canary failed: " + Path.FEED));
    }

    @Test
    void that_is_not_heard_twice_changes_nothing() {
      isDeaf = true;
      turns(3);
      assertTrue(canary.hears());
    }

    @Test
    void that_is_not_heard_three_times_is_a_node_that_tells_nobody_anything() {
      isDeaf = true;
      turns(4);
      assertFalse(canary.hears());
    }

    @Test
    void that_comes_late_counts_for_nothing() {
      isDeaf = true;
      turns(4);
      audience.deliver(new OrgId("_muster"), said.getFirst());
      assertFalse(canary.hears());
    }

    @Test
    void that_is_heard_again_ends_it() {
      isDeaf = true;
      turns(4);
      isDeaf = false;
      turns(1);
      assertTrue(canary.hears());
    }

    @Test
    void of_another_node_is_none_of_its_own() {
      isDeaf = true;
      var other = new Canary("muster-1", telemetry, () -> 0);
      for (int i = 0; i < 4; i++) {
        turns(1);
        other.turn(feed, () -> written);
        audience.deliver(new OrgId("_muster"), said.getLast());
      }
      assertFalse(canary.hears());
    }
  }

  @Nested
  class Its_write {
    @Test
    void is_due_every_minute() {
      turns(24);
      assertEquals(2, writes);
    }

    @Test
    void is_one_at_a_time() {
      written = new CompletableFuture<>();
      turns(24);
      assertEquals(1, writes);
    }

    @Test
    void that_fails_is_tried_again_in_the_next_turn() {
      written = failed();
      turns(2);
      assertEquals(2, writes);
      assertTrue(canary.writes());
    }

    @Test
    void that_fails_three_times_is_a_journal_that_takes_nothing() {
      written = failed();
      turns(3);
      assertFalse(canary.writes());
      assertTrue(canary.hears());
    }

    @Test
    void that_is_done_ends_it() {
      written = failed();
      turns(3);
      written = CompletableFuture.completedFuture(null);
      turns(1);
      assertTrue(canary.writes());
    }
  }
}
