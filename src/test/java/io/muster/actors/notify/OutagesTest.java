package io.muster.actors.notify;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.support.MemoryTelemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The one who looks, over a book that says what a test wants. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(20)
class OutagesTest {
  private static final OrgId ACME = new OrgId("acme");
  private static ActorTestKit kit;

  private final Script book = new Script();
  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private final List<ToDashboard> told = new CopyOnWriteArrayList<>();
  private ActorRef<?> outages;

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create(ConfigFactory.parseString("pekko.loglevel = OFF"));
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  @AfterEach
  void end() {
    kit.stop(outages);
  }

  /** Rounds that change nothing, until a test wants something else. */
  private static final class Script implements OutageBook {
    final AtomicInteger rounds = new AtomicInteger();
    final AtomicInteger forgotten = new AtomicInteger();
    final List<Untold> untold = new CopyOnWriteArrayList<>();
    volatile boolean isAway;
    volatile boolean isBroken;
    volatile boolean forgetsMarks;
    volatile Round next = new Round(0, 0, 0, 0, 0, List.of(), false);

    @Override
    public CompletionStage<Round> reconcile(Instant now) {
      rounds.incrementAndGet();
      if (isBroken) {
        throw new IllegalStateException("broken");
      }
      return isAway
          ? CompletableFuture.failedFuture(new ReadModelUnavailable("away"))
          : CompletableFuture.completedFuture(next);
    }

    @Override
    public CompletionStage<List<Untold>> untold(int max) {
      return CompletableFuture.completedFuture(List.copyOf(untold));
    }

    @Override
    public CompletionStage<Void> told(List<Untold> told) {
      if (forgetsMarks) {
        forgetsMarks = false;
        return CompletableFuture.failedFuture(new ReadModelUnavailable("away"));
      }
      untold.removeAll(told);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Integer> forget(Instant before) {
      forgotten.incrementAndGet();
      return CompletableFuture.completedFuture(0);
    }

    @Override
    public CompletionStage<Page<Outage>> open(OrgId org, int size, Optional<String> token) {
      throw new AssertionError();
    }

    @Override
    public CompletionStage<Page<Outage>> closed(OrgId org, int size, Optional<String> token) {
      throw new AssertionError();
    }
  }

  private void starts(Duration interval) {
    var feed =
        new Feed() {
          @Override
          public void publish(OrgId org, ToDashboard news) {
            told.add(news);
          }

          @Override
          public boolean isWatched(OrgId org) {
            return true;
          }
        };
    outages =
        kit.spawn(
            Outages.create(
                book,
                feed,
                telemetry,
                Clock.systemUTC(),
                new NotificationSettings(true, interval, Duration.ofDays(1), Duration.ofDays(90))));
  }

  @Test
  void what_is_stored_is_told_and_then_marked() {
    book.untold.add(new OutageBook.Untold("n-1", ACME, "{}"));
    starts(Duration.ofMillis(10));
    eventually("marked", () -> book.untold.isEmpty());
    assertEquals(List.of(new ToDashboard.Told("notification:new", "{}", Optional.empty())), told);
  }

  @Test
  void what_could_not_be_marked_is_told_again() {
    book.untold.add(new OutageBook.Untold("n-1", ACME, "{}"));
    book.forgetsMarks = true;
    starts(Duration.ofMillis(10));
    eventually("marked", () -> book.untold.isEmpty());
    assertEquals(2, told.size());
  }

  @Test
  void a_book_that_is_away_is_asked_again() {
    book.isAway = true;
    starts(Duration.ofMillis(10));
    eventually("asked", () -> book.rounds.get() > 3);
    book.untold.add(new OutageBook.Untold("n-1", ACME, "{}"));
    book.isAway = false;
    eventually("told", () -> told.size() == 1);
  }

  @Test
  void a_look_that_fails_altogether_is_not_the_last() {
    book.isBroken = true;
    starts(Duration.ofMillis(10));
    eventually("looked", () -> book.rounds.get() > 0);
    book.isBroken = false;
    eventually("looked again", () -> book.rounds.get() > 2);
  }

  @Test
  void a_full_round_is_followed_by_the_next_at_once() {
    book.next = new OutageBook.Round(500, 0, 0, 0, 500, List.of(), true);
    starts(Duration.ofMillis(500));
    eventually("five rounds", () -> book.rounds.get() >= 5);
    assertEquals(0, book.forgotten.get());
  }

  @Test
  void the_figures_say_what_has_changed() {
    book.next = new OutageBook.Round(1, 2, 3, 0, 7, List.of(Duration.ofMillis(900)), false);
    starts(Duration.ofMillis(10));
    eventually("counted", () -> telemetry.counted().size() >= 3);
    assertEquals(
        List.of(
            "outages: 1 opened, 2 closed, 3 reminded, 0 set aside",
            "outages open: 7",
            "outage noticed after PT0.9S"),
        telemetry.counted().subList(0, 3));
  }

  @Test
  void the_past_is_forgotten_once_in_an_hour() {
    starts(Duration.ofMillis(10));
    eventually("some rounds", () -> book.rounds.get() > 5);
    assertTrue(book.forgotten.get() == 1, () -> book.forgotten + " times");
  }
}
