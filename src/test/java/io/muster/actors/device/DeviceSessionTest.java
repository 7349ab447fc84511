package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.content.Desired;
import io.muster.actors.device.DeviceCommand.*;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session on a loop that turns by hand; shards and device are played by probes. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(20)
class DeviceSessionTest {
  private static final DeviceId ID = new DeviceId("tv-1");
  private static final OrgId ORG = new OrgId("acme");
  private static final Proof PROOF =
      new Proof("hash", Instant.EPOCH, Instant.MAX, Optional.empty(), false);
  private static final NodeId NODE = new NodeId("node@1");
  private static final Duration MOMENT = Duration.ofMillis(30);
  private static ActorTestKit kit;

  private final ManualLoop loop = new ManualLoop();
  private final List<String> line = new ArrayList<>();
  private TestProbe<ShardingEnvelope<DeviceCommand>> shards;
  private TestProbe<DeviceCommand> device;
  private SessionLoop sessions;
  private DeviceSession session;
  private ActorRef<ToSession> address;

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create();
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  /** The socket: writes down what it is told, and that it was told on the loop. */
  private final class Socket implements DeviceSession.Line {
    @Override
    public void welcome(Optional<String> qrOverlay) {
      write("welcome");
    }

    @Override
    public void deliver(io.muster.actors.device.Order order) {
      write("deliver " + order.type());
    }

    @Override
    public void show(Desired content) {
      write("show " + content.version());
    }

    @Override
    public void renew(String token) {
      write("renew " + token);
    }

    @Override
    public void end(ToSession.Reason reason, Optional<String> detail) {
      write("end " + reason.name().toLowerCase());
      session.ended(); // as a real one does
    }
  }

  private void write(String what) {
    assertTrue(loop.isCurrent(), "off the loop: " + what);
    line.add(what);
  }

  @BeforeEach
  void begin() {
    shards = kit.createTestProbe();
    device = kit.createTestProbe();
    sessions =
        new SessionLoop(loop, loop::isCurrent, loop::nanos, NODE, behavior -> kit.spawn(behavior));
    session =
        new DeviceSession(
            ID,
            ORG,
            new Socket(),
            sessions,
            new Devices(shards.ref(), kit.system(), Clock.systemUTC()));
  }

  private void opens() {
    sessions.open(new SessionLoop.Opening(session, PROOF, true));
  }

  /** The session has asked the device to let it in. */
  private Link joins() {
    opens();
    loop.turnsOnce();
    var envelope = shards.receiveMessage();
    assertEquals("tv-1", envelope.entityId());
    var link = assertInstanceOf(Connect.class, envelope.message()).link();
    address = link.session();
    return link;
  }

  private void hears(ToSession message) {
    address.tell(message);
    loop.turnsOnce();
  }

  private void isLive() {
    joins();
    hears(new ToSession.Welcome(7, device.ref(), Optional.empty()));
    line.clear();
  }

  private void beats(String name) {
    loop.runs(() -> session.heartbeat(Optional.empty(), _ -> write(name)));
  }

  private long asked() {
    return device.expectMessageClass(Heartbeat.class).token();
  }

  private static io.muster.actors.device.Order order(String type) {
    return new io.muster.actors.device.Order(
        new CommandId("c1"),
        type,
        Optional.empty(),
        Optional.empty(),
        "ann",
        Instant.EPOCH,
        Instant.MAX);
  }

  private void addressIsGone() {
    kit.createTestProbe().expectTerminated(address, Duration.ofSeconds(3));
  }

  @Nested
  class When_joining {
    @Test
    void it_asks_the_device_with_its_proof_and_its_link() {
      opens();
      loop.turnsOnce();
      var connect = assertInstanceOf(Connect.class, shards.receiveMessage().message());
      assertEquals(ORG, connect.org());
      assertEquals(PROOF, connect.proof());
      assertEquals(0, connect.link().epoch());
      assertEquals(NODE, connect.link().node());
      assertTrue(connect.link().acknowledges());
    }

    @Test
    void the_client_is_let_in_before_it_gets_commands() {
      joins();
      address.tell(new ToSession.Welcome(7, device.ref(), Optional.empty()));
      address.tell(new ToSession.Deliver(order("hello")));
      loop.turnsOnce();
      DeviceRig.eventually(
          "delivered",
          () -> {
            loop.turns();
            return line.size() == 2;
          });
      assertEquals(List.of("welcome", "deliver hello"), line);
    }

    @Test
    void it_gives_up_after_8_s_and_the_client_may_come_back() {
      joins();
      loop.passes(Duration.ofMillis(7_999));
      assertEquals(List.of(), line);
      loop.passes(Duration.ofMillis(1));
      assertEquals(List.of("end unavailable"), line);
      addressIsGone();
    }

    @Test
    void a_welcome_after_that_comes_to_nobody() {
      joins();
      loop.passes(Duration.ofSeconds(8));
      loop.runs(() -> session.receive(new ToSession.Welcome(7, device.ref(), Optional.empty())));
      assertEquals(List.of("end unavailable"), line);
    }

    @Test
    void a_refusal_ends_the_socket_and_the_address() {
      joins();
      hears(new ToSession.Goodbye(ToSession.Reason.REVOKED));
      assertEquals(List.of("end revoked"), line);
      addressIsGone();
      shards.expectNoMessage(MOMENT);
    }

    @Test
    void a_socket_that_ends_first_takes_its_address_with_it() {
      joins();
      loop.runs(session::ended);
      addressIsGone();
      shards.expectNoMessage(MOMENT); // no epoch, no goodbye: the device sees the address go
    }

    @Test
    void a_socket_that_ends_before_it_has_an_address_asks_nothing() {
      opens();
      loop.runs(session::ended);
      loop.turnsOnce();
      shards.expectNoMessage(MOMENT);
      assertEquals(0, loop.timers());
      assertEquals(List.of(), line);
    }

    @Test
    void a_heartbeat_before_the_welcome_is_not_passed_on() {
      joins();
      beats("beat");
      shards.expectNoMessage(MOMENT);
    }
  }

  @Nested
  class When_live {
    @BeforeEach
    void join() {
      isLive();
    }

    @Test
    void patience_with_joining_has_no_say_any_more() {
      loop.passes(Duration.ofSeconds(10));
      assertEquals(List.of(), line);
    }

    @Test
    void heartbeats_go_straight_to_the_device_with_the_link() {
      beats("beat");
      var heartbeat = device.expectMessageClass(Heartbeat.class);
      assertEquals(7, heartbeat.link().epoch());
      assertEquals(address, heartbeat.link().session());
      shards.expectNoMessage(MOMENT);
    }

    @Test
    void they_are_answered_in_order() {
      beats("first");
      beats("second");
      beats("third");
      asked();
      hears(new ToSession.Heard(asked(), false));
      assertEquals(List.of("first", "second"), line);
      hears(new ToSession.Heard(asked(), false));
      assertEquals(List.of("first", "second", "third"), line);
    }

    @Test
    void an_answer_that_comes_twice_is_given_once() {
      beats("beat");
      long token = asked();
      hears(new ToSession.Heard(token, false));
      hears(new ToSession.Heard(token, false));
      assertEquals(List.of("beat"), line);
    }

    @Test
    void the_session_answers_by_itself_after_2_s() {
      beats("beat");
      loop.passes(Duration.ofMillis(1_999));
      assertEquals(List.of(), line);
      loop.passes(Duration.ofMillis(501));
      assertEquals(List.of("beat"), line);
    }

    @Test
    void the_answer_of_the_device_comes_to_nothing_then() {
      beats("beat");
      long token = asked();
      loop.passes(Duration.ofSeconds(3));
      hears(new ToSession.Heard(token, false));
      assertEquals(List.of("beat"), line);
    }

    @Test
    void it_looks_for_the_device_through_the_shards_after_a_silence_until_it_is_found() {
      beats("one");
      asked();
      loop.passes(Duration.ofSeconds(3));
      beats("two");
      var envelope = shards.receiveMessage();
      assertEquals("tv-1", envelope.entityId());
      long token = assertInstanceOf(Heartbeat.class, envelope.message()).token();
      var moved = kit.<DeviceCommand>createTestProbe();
      hears(new ToSession.Heard(token, false));
      hears(new ToSession.Found(moved.ref()));
      beats("three");
      moved.expectMessageClass(Heartbeat.class);
    }

    @Test
    void heartbeats_are_answered_all_through_an_outage() {
      for (int n = 0; n < 10; n++) {
        beats("beat " + n);
        loop.passes(Duration.ofSeconds(15));
        assertEquals(n + 1, line.size());
      }
    }

    @Test
    void the_clock_of_the_loop_rests_when_nothing_is_expected() {
      beats("beat");
      hears(new ToSession.Heard(asked(), false));
      loop.passes(Duration.ofSeconds(10));
      assertEquals(0, loop.timers());
    }

    @Test
    void a_new_epoch_is_used_from_then_on() {
      hears(new ToSession.Welcome(9, device.ref(), Optional.empty()));
      assertEquals(List.of(), line); // the client is in already
      beats("beat");
      assertEquals(9, device.expectMessageClass(Heartbeat.class).link().epoch());
    }

    @Test
    void acks_go_to_the_device() {
      loop.runs(() -> session.acknowledge(new CommandId("c1"), Reaction.DONE));
      var told = device.expectMessageClass(Acknowledge.class);
      assertEquals(
          new Acknowledge(new CommandId("c1"), Reaction.DONE, 7),
          new Acknowledge(told.id(), told.reaction(), told.epoch()));
      told.replyTo().orElseThrow().tell(new Answer.Done());
    }

    @Test
    void an_ack_that_the_device_has_not_heard_is_told_again_wherever_it_is_then() {
      loop.runs(() -> session.acknowledge(new CommandId("c1"), Reaction.DONE));
      device.expectMessageClass(Acknowledge.class); // and is gone
      var again = shards.receiveMessage(Devices.PATIENCE.multipliedBy(3)).message();
      assertEquals(new CommandId("c1"), ((Acknowledge) again).id());
    }

    @Test
    void the_end_of_the_socket_is_told_with_its_epoch() {
      loop.runs(session::ended);
      assertEnded(AwayReason.GOODBYE);
      addressIsGone();
      loop.runs(session::ended);
      device.expectNoMessage(MOMENT);
    }

    @Test
    void that_we_sent_the_socket_away_is_told_with_its_end() {
      loop.runs(() -> session.ended(AwayReason.DRAINED));
      assertEnded(AwayReason.DRAINED);
    }

    private void assertEnded(AwayReason why) {
      var ended = device.expectMessageClass(SessionEnded.class);
      assertEquals(7, ended.epoch());
      assertEquals(why, ended.reason());
      ended.replyTo().orElseThrow().tell(new Answer.Done());
    }

    @Test
    void an_end_that_the_device_has_not_heard_is_told_again_wherever_it_is_then() {
      loop.runs(session::ended);
      device.expectMessageClass(SessionEnded.class); // and is gone
      var again = shards.receiveMessage(Devices.PATIENCE.multipliedBy(3)).message();
      assertEquals(7, ((SessionEnded) again).epoch());
    }

    @Test
    void a_goodbye_ends_the_socket_once() {
      hears(new ToSession.Goodbye(ToSession.Reason.SUPERSEDED));
      assertEquals(List.of("end superseded"), line);
      addressIsGone();
      loop.runs(() -> session.receive(new ToSession.Goodbye(ToSession.Reason.REVOKED)));
      assertEquals(List.of("end superseded"), line);
    }

    @Test
    void nothing_is_answered_after_the_end() {
      beats("beat");
      loop.runs(session::ended);
      loop.passes(Duration.ofSeconds(10));
      beats("late");
      assertEquals(List.of(), line);
      assertEquals(0, loop.timers());
    }

    @Test
    void an_answer_that_ends_the_socket_leaves_the_rest_unanswered() {
      loop.runs(
          () ->
              session.heartbeat(
                  Optional.empty(),
                  _ -> {
                    write("first");
                    session.ended();
                  }));
      beats("second");
      asked();
      hears(new ToSession.Heard(asked(), false));
      assertEquals(List.of("first"), line);
    }
  }

  @Nested
  class Several_on_one_loop {
    @Test
    void a_socket_that_fails_does_not_stop_the_clock_of_the_others() {
      isLive();
      loop.runs(
          () ->
              session.heartbeat(
                  Optional.empty(),
                  _ -> {
                    throw new IllegalStateException("a broken socket");
                  }));
      beats("other");
      // A future keeps what its task has thrown, as the loops of Netty do.
      loop.passes(Duration.ofSeconds(4));
      assertEquals(List.of("other"), line);
    }

    @Test
    void the_loop_runs_what_comes_from_elsewhere_by_itself() {
      assertFalse(loop.isCurrent());
      isLive();
      assertThrows(AssertionError.class, () -> write("elsewhere"));
    }
  }
}
