package io.muster.actors.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.room.RoomCommand.History;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PagesTest {
  private static final RoomId ROOM = new RoomId("session", "s1");
  private static final EventId START = new EventId("k3x", 0);
  private static final int LIMIT = 10;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger reads = new AtomicInteger();
  private final Pages pages = new Pages(nanos::get);

  private CompletionStage<Past> reads(int found) {
    return pages.read(
        ROOM,
        START,
        LIMIT,
        () -> {
          reads.incrementAndGet();
          return CompletableFuture.completedFuture(told(found));
        });
  }

  private static Past told(int found) {
    var events =
        LongStream.rangeClosed(1, found)
            .mapToObj(
                seq ->
                    new RoomEvent(
                        new EventId("k3x", seq),
                        Instant.EPOCH,
                        "t",
                        "{}",
                        Priority.NORMAL,
                        Audience.EVERYBODY,
                        Optional.empty(),
                        OptionalLong.empty(),
                        "somebody"))
            .toList();
    return Past.of(new History.Events(events, new EventId("k3x", 99)));
  }

  @Nested
  class A_part {
    @Test
    void that_is_whole_is_read_once_for_all() {
      assertEquals(reads(LIMIT), reads(LIMIT));
      assertEquals(1, reads.get());
    }

    @Test
    void that_may_grow_is_read_again() {
      reads(LIMIT - 1);
      reads(LIMIT);
      assertEquals(2, reads.get());
    }

    @Test
    void that_could_not_be_read_is_read_again() {
      var failed = CompletableFuture.completedStage(Past.of(new History.Unavailable()));
      pages.read(ROOM, START, LIMIT, () -> failed);
      reads(LIMIT);
      assertEquals(1, reads.get());
    }

    @Test
    void on_its_way_is_awaited_by_all() {
      var answer = new CompletableFuture<Past>();
      var first = pages.read(ROOM, START, LIMIT, () -> answer);
      assertEquals(first, reads(LIMIT));
      assertEquals(0, reads.get());
    }

    @Test
    void is_read_again_after_a_while() {
      reads(LIMIT);
      nanos.addAndGet(Duration.ofSeconds(31).toNanos());
      reads(LIMIT);
      assertEquals(2, reads.get());
    }
  }

  @Nested
  class The_budget {
    private final ReplayBudget budget = new ReplayBudget(1_000, nanos::get);

    @Test
    void is_shared_and_comes_back_with_time() {
      assertTrue(budget.takes(50));
      assertTrue(budget.takes(50));
      assertFalse(budget.takes(50));
      nanos.addAndGet(Duration.ofMillis(50).toNanos());
      assertTrue(budget.takes(50));
      assertFalse(budget.takes(50));
    }

    @Test
    void is_not_saved_up() {
      nanos.addAndGet(Duration.ofHours(1).toNanos());
      assertTrue(budget.takes(100));
      assertFalse(budget.takes(50));
    }
  }
}
