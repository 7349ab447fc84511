package io.muster.actors.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.muster.actors.room.RoomCommand.*;
import io.muster.actors.room.type.FeatureType;
import io.muster.actors.room.type.SessionType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RoomTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              pekko.loglevel = OFF
              pekko.stdout-loglevel = OFF
              pekko.persistence.testkit.events.serialize = off
              pekko.persistence.testkit.snapshots.serialize = off
              """)
          .withFallback(PersistenceTestKitPlugin.config())
          .withFallback(PersistenceTestKitSnapshotPlugin.config());
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00Z");
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final int WAITING_MAX = 20;
  private static ActorTestKit kit;

  private final RoomId id = new RoomId("session", "s" + NUMBERS.incrementAndGet());
  private final TestProbe<Answer> author = kit.createTestProbe();
  private final TestProbe<ToRelay> relay = kit.createTestProbe();
  private final TestProbe<History> reader = kit.createTestProbe();
  private final TestProbe<ClusterSharding.ShardCommand> shard = kit.createTestProbe();
  private static final RoomType.Retention KEPT =
      new RoomType.Retention(Duration.ofHours(1), 20, 1024 * 1024);

  private final GatedClock clock = new GatedClock();
  private ActorRef<RoomCommand> room;

  /** Time stands still; and whoever looks at it waits as long as the gate is shut. */
  private static final class GatedClock extends Clock {
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile Instant now = NOW;

    void passes(Duration time) {
      now = now.plus(time);
    }

    void shut() {
      gate = new CountDownLatch(1);
    }

    void open() {
      gate.countDown();
    }

    @Override
    public Instant instant() {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create(CONFIG);
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  @BeforeEach
  void starts() {
    var around =
        new Room.Surroundings(
            new RoomSettings(
                Duration.ofHours(1),
                10,
                10_000,
                WAITING_MAX,
                100,
                Duration.ofHours(1),
                Set.of(),
                KEPT),
            RoomTypes.with(List.of(new SessionType(), new FeatureType())),
            this::journal,
            clock,
            new Random(7));
    room = kit.spawn(Room.create(id, around, shard.ref()));
  }

  private CompletionStage<List<RoomEvent>> journal(
      RoomId asked, long after, int limit, Instant since) {
    return CompletableFuture.completedFuture(
        PersistenceTestKit.create(kit.system()).persistedInStorage("Room|" + asked).stream()
            .map(fact -> ((Published) fact).event())
            .filter(event -> event.id().seq() > after && !event.at().isBefore(since))
            .limit(limit)
            .toList());
  }

  private void restarts() {
    kit.stop(room);
    starts();
  }

  private void publishes(int n, Optional<String> key) {
    var wanted =
        new Publication(
            "tick",
            Integer.toString(n),
            Priority.NORMAL,
            Audience.EVERYBODY,
            Optional.empty(),
            OptionalLong.empty(),
            "somebody",
            key);
    room.tell(new Publish(wanted, clock.now.plusSeconds(5), author.ref()));
  }

  private EventId published(int n) {
    publishes(n, Optional.empty());
    return author.expectMessageClass(Answer.Done.class).id();
  }

  private History reads(EventId after) {
    room.tell(new Read(after, 100, reader.ref()));
    return reader.receiveMessage();
  }

  private static List<Long> seqs(List<RoomEvent> events) {
    return events.stream().map(event -> event.id().seq()).toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Nested
  class What_is_published {
    @Test
    void is_numbered_from_one_on() {
      assertEquals(1, published(1).seq());
      assertEquals(2, published(2).seq());
    }

    @Test
    void is_numbered_on_after_a_restart() {
      var first = published(1);
      restarts();
      assertEquals(new EventId(first.generation(), 2), published(2));
    }

    @Test
    void is_told_to_each_node_with_the_event_before_it() {
      room.tell(new Attach(relay.ref()));
      relay.expectMessageClass(ToRelay.Attached.class);
      var first = published(1);
      var second = published(2);
      relay.expectMessageClass(ToRelay.Happened.class);
      var told = relay.expectMessageClass(ToRelay.Happened.class);
      assertEquals(first, told.before());
      assertEquals(second, told.events().getFirst().id());
    }

    @Test
    void while_something_else_is_under_way_is_written_and_told_together() {
      room.tell(new Attach(relay.ref()));
      relay.expectMessageClass(ToRelay.Attached.class);
      clock.shut();
      IntStream.rangeClosed(1, 10).forEach(n -> publishes(n, Optional.empty()));
      clock.open();
      var told = relay.expectMessageClass(ToRelay.Happened.class);
      assertEquals(range(1, 10), seqs(told.events()));
    }

    @Test
    void is_refused_when_too_much_waits() {
      clock.shut();
      IntStream.rangeClosed(0, WAITING_MAX).forEach(n -> publishes(n, Optional.empty()));
      clock.open();
      assertEquals(new Answer.No(Refusal.BUSY), author.receiveMessage());
      author.receiveSeveralMessages(WAITING_MAX);
    }
  }

  @Nested
  class Under_a_key {
    private final Optional<String> key = Optional.of("k");

    @Test
    void the_same_is_published_once() {
      publishes(1, key);
      var first = author.receiveMessage();
      restarts();
      publishes(1, key);
      assertEquals(first, author.receiveMessage());
    }

    @Test
    void the_same_in_one_breath_is_published_once() {
      clock.shut();
      publishes(1, key);
      publishes(1, key);
      clock.open();
      assertEquals(author.receiveMessage(), author.receiveMessage());
      assertEquals(2, published(2).seq());
    }

    @Test
    void another_is_refused() {
      publishes(1, key);
      author.expectMessageClass(Answer.Done.class);
      publishes(2, key);
      author.expectMessage(new Answer.No(Refusal.KEY_REUSED));
    }
  }

  @Nested
  class What_has_happened {
    @Test
    void is_read_from_an_event_on() {
      var first = published(1);
      var last = published(2);
      assertEquals(List.of(2L), seqs(((History.Events) reads(first)).events()));
      assertEquals(new History.Events(List.of(), last), reads(last));
    }

    @Test
    void is_read_from_the_journal_when_it_is_not_in_memory() {
      published(1);
      published(2);
      restarts();
      assertEquals(range(1, 2), seqs(((History.Events) reads(EventId.BEGINNING)).events()));
    }

    @Test
    void after_what_has_not_happened_cannot_be_said() {
      var head = published(1);
      var reset = (History.Reset) reads(new EventId(head.generation(), 7));
      assertEquals(Reason.AHEAD, reset.reason());
      assertEquals(head, reset.head());
    }

    @Test
    void is_told_for_as_long_as_it_is_kept() {
      var first = published(1);
      published(2);
      clock.passes(Duration.ofMinutes(30));
      published(3);
      assertEquals(range(2, 3), seqs(((History.Events) reads(first)).events()));
      clock.passes(Duration.ofMinutes(31));
      var reset = (History.Reset) reads(first);
      assertEquals(Reason.EXPIRED, reset.reason());
      assertEquals(2, reset.before().seq());
      restarts();
      assertEquals(reset, reads(first));
      assertEquals(range(3, 3), seqs(((History.Events) reads(reset.before())).events()));
    }

    @Test
    void is_not_told_at_once_when_it_is_too_much() {
      var first = published(1);
      for (int n = 2; n <= 12; n++) {
        published(n);
      }
      var reset = (History.Reset) reads(first);
      assertEquals(Reason.TOO_MANY, reset.reason());
      assertEquals(2, reset.before().seq());
      for (int n = 13; n <= 22; n++) {
        published(n);
      }
      assertEquals(Reason.EXPIRED, ((History.Reset) reads(first)).reason());
    }

    @Test
    void after_an_event_of_another_generation_begins_anew() {
      var head = published(1);
      assertNotEquals("zz", head.generation());
      var reset = (History.Reset) reads(new EventId("zz", 1));
      assertEquals(Reason.UNKNOWN, reset.reason());
      assertEquals(0, reset.before().seq());
    }
  }
}
