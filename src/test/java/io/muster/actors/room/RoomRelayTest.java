package io.muster.actors.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.room.RoomCommand.Attach;
import io.muster.actors.room.RoomCommand.Detach;
import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomCommand.Read;
import io.muster.actors.room.RoomCommand.ToRelay;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RoomRelayTest {
  private static ActorTestKit kit;

  private final TestProbe<RoomCommand> room = kit.createTestProbe();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private ActorRef<RoomRelay.Message> relay;
  private ActorRef<ToRelay> address;

  private final RoomRelay.Listener guest =
      new RoomRelay.Listener() {
        @Override
        public Executor loop() {
          return Runnable::run;
        }

        @Override
        public void attached(EventId head) {
          heard.add("attached " + head.seq());
        }

        @Override
        public void happened(List<Heard> events) {
          events.forEach(event -> heard.add("event " + event.event().id().seq()));
        }

        @Override
        public void lost(EventId head) {
          heard.add("lost until " + head.seq());
        }
      };

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create(ConfigFactory.parseString("pekko.loglevel = OFF"));
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  @BeforeEach
  void attaches() {
    relay = kit.spawn(RoomRelay.of(room.ref()::tell));
    relay.tell(new RoomRelay.Join(guest));
    address = room.expectMessageClass(Attach.class).relay();
    address.tell(new ToRelay.Attached(room.ref(), id(5)));
    hears("attached 5");
  }

  private static EventId id(long seq) {
    return new EventId("k3x", seq);
  }

  private static List<RoomEvent> events(long from, long to) {
    return LongStream.rangeClosed(from, to)
        .mapToObj(
            seq ->
                new RoomEvent(
                    id(seq),
                    Instant.EPOCH,
                    "t",
                    "{}",
                    Priority.NORMAL,
                    Audience.EVERYBODY,
                    Optional.empty(),
                    OptionalLong.empty(),
                    "somebody"))
        .toList();
  }

  private void happen(long before, long from, long to) {
    address.tell(new ToRelay.Happened(id(before), events(from, to)));
  }

  private void hears(String... words) {
    for (String word : words) {
      try {
        assertEquals(word, heard.poll(10, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The next thing it says to the room that is not the usual beat. */
  private Read reads() {
    while (true) {
      if (room.receiveMessage() instanceof Read read) {
        return read;
      }
    }
  }

  @Test
  void tells_what_happens_in_order() {
    happen(5, 6, 7);
    happen(7, 8, 8);
    hears("event 6", "event 7", "event 8");
  }

  @Test
  void reads_what_it_has_missed_before_it_tells_what_came_after() {
    happen(7, 8, 8);
    var read = reads();
    assertEquals(id(5), read.after());
    happen(8, 9, 9);
    read.replyTo().tell(new History.Events(events(6, 9), id(9)));
    hears("event 6", "event 7", "event 8", "event 9");
    happen(9, 10, 10);
    hears("event 10");
  }

  @Test
  void reads_on_as_long_as_there_is_more() {
    happen(7, 8, 8);
    reads().replyTo().tell(new History.Events(events(6, 6), id(8)));
    var read = reads();
    assertEquals(id(6), read.after());
    read.replyTo().tell(new History.Events(events(7, 8), id(8)));
    hears("event 6", "event 7", "event 8");
  }

  @Test
  void tells_nothing_twice() {
    happen(5, 6, 6);
    happen(5, 6, 6);
    happen(6, 7, 7);
    hears("event 6", "event 7");
  }

  @Test
  void reads_what_it_has_missed_while_it_was_not_attached() {
    address.tell(new ToRelay.Attached(room.ref(), id(7)));
    reads().replyTo().tell(new History.Events(events(6, 7), id(7)));
    hears("event 6", "event 7");
  }

  @Test
  void says_what_is_lost() {
    happen(7, 8, 8);
    reads().replyTo().tell(new History.Reset(RoomCommand.Reason.EXPIRED, id(7), id(8)));
    hears("lost until 8");
    happen(8, 9, 9);
    hears("event 9");
  }

  @Test
  void lets_go_of_its_room_when_it_is_stopped() {
    kit.stop(relay);
    while (!(room.receiveMessage() instanceof Detach)) {
      // it may have beaten once more
    }
  }
}
