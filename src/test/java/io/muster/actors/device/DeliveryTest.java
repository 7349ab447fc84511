package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.CommandId;
import io.muster.actors.NodeId;
import io.muster.actors.device.DeviceCommand.Link;
import io.muster.actors.device.DeviceEvent.CommandSent;
import io.muster.actors.device.DeviceEvent.CommandSettled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryTest {
  private static final DeviceSettings SETTINGS = DeviceSettings.DEFAULT;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Outbox outbox = new Outbox();

  @Nested
  class Without_a_connection {
    @Test
    void nothing_is_sent() {
      outbox.queued("a");
      assertEquals(List.of(), outbox.proceed());
    }

    @Test
    void it_looks_again_when_the_first_command_expires() {
      outbox.queued("a", "hello", 60);
      outbox.queued("b", "hello", 30);
      outbox.proceed();
      assertEquals(Optional.of(START.plusSeconds(30)), outbox.lookAgain());
    }

    @Test
    void with_nothing_pending_it_never_looks_again() {
      outbox.proceed();
      assertEquals(Optional.empty(), outbox.lookAgain());
    }

    @Test
    void a_command_that_was_never_sent_expires_as_not_sent() {
      outbox.queued("a", "hello", 30);
      outbox.passes(Duration.ofSeconds(30));
      assertEquals(List.of("a expired not_sent"), outbox.proceed());
    }

    @Test
    void a_command_that_was_sent_stays_sent_until_it_expires_without_an_ack() {
      outbox.connects(1);
      outbox.queued("a", "hello", 30);
      outbox.proceed();
      outbox.disconnects();
      outbox.passes(Duration.ofSeconds(29));
      assertEquals(List.of(), outbox.proceed());
      outbox.passes(Duration.ofSeconds(1));
      assertEquals(List.of("a expired no_ack"), outbox.proceed());
    }
  }

  @Nested
  class With_a_client_that_acknowledges {
    @Test
    void the_oldest_is_sent_and_the_others_wait() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.queued("b");
      assertEquals(List.of("a sent 1@1"), outbox.proceed());
      assertEquals(List.of(), outbox.proceed());
    }

    @Test
    void the_next_goes_when_the_first_has_settled() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.queued("b");
      outbox.proceed();
      outbox.settled("a");
      assertEquals(List.of("b sent 1@1"), outbox.proceed());
    }

    @Test
    void it_looks_again_when_the_ack_is_late() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.proceed();
      assertEquals(Optional.of(START.plusSeconds(10)), outbox.lookAgain());
    }

    @Test
    void the_second_attempt_follows_the_ack_timeout_and_a_back_off_of_15_s() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.proceed();
      outbox.passes(Duration.ofSeconds(10));
      assertEquals(List.of(), outbox.proceed());
      assertEquals(Optional.of(START.plusSeconds(25)), outbox.lookAgain());
      outbox.passes(Duration.ofSeconds(15));
      assertEquals(List.of("a sent 2@1"), outbox.proceed());
    }

    @Test
    void the_back_off_doubles_and_the_fifth_silence_fails_it() {
      outbox.connects(1);
      outbox.queued("a");
      assertEquals(
          List.of(
              "0 a sent 1@1",
              "25 a sent 2@1",
              "65 a sent 3@1",
              "135 a sent 4@1",
              "265 a sent 5@1",
              "275 a failed no_ack"),
          outbox.livesUntil(Duration.ofMinutes(20)));
    }

    @Test
    void the_back_off_is_300_s_at_most() {
      assertEquals(Duration.ofSeconds(15), SETTINGS.backoffAfter(1));
      assertEquals(Duration.ofSeconds(240), SETTINGS.backoffAfter(5));
      assertEquals(Duration.ofSeconds(300), SETTINGS.backoffAfter(6));
      assertEquals(Duration.ofSeconds(300), SETTINGS.backoffAfter(1_000_000));
    }

    @Test
    void the_next_goes_at_once_when_one_has_failed() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.queued("b");
      assertEquals(
          List.of("275 a failed no_ack", "275 b sent 1@1"),
          outbox.livesUntil(Duration.ofSeconds(275)).subList(5, 7));
    }

    @Test
    void the_next_goes_at_once_when_one_has_expired() {
      outbox.connects(1);
      outbox.queued("a", "hello", 20);
      outbox.queued("b");
      outbox.proceed();
      outbox.passes(Duration.ofSeconds(20));
      assertEquals(List.of("a expired no_ack", "b sent 1@1"), outbox.proceed());
    }

    @Test
    void a_command_that_expires_behind_the_one_in_flight_is_settled_in_time() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.queued("b", "hello", 5);
      assertEquals(
          List.of("0 a sent 1@1", "5 b expired not_sent"),
          outbox.livesUntil(Duration.ofSeconds(6)));
    }
  }

  @Nested
  class On_a_new_connection {
    @Test
    void the_command_in_flight_is_sent_again_at_once() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.proceed();
      outbox.connects(2);
      assertEquals(List.of("a sent 2@2"), outbox.proceed());
    }

    @Test
    void the_back_off_is_not_waited_for() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.proceed();
      outbox.passes(Duration.ofSeconds(11));
      outbox.proceed();
      outbox.connects(2);
      assertEquals(List.of("a sent 2@2"), outbox.proceed());
    }

    @Test
    void a_sixth_attempt_is_not_made() {
      outbox.queued("a");
      for (int epoch = 1; epoch <= 5; epoch++) {
        outbox.connects(epoch);
        assertEquals(List.of("a sent " + epoch + "@" + epoch), outbox.proceed());
      }
      outbox.connects(6);
      assertEquals(List.of("a failed no_ack"), outbox.proceed());
    }

    @Test
    void commands_keep_their_order() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.queued("b");
      outbox.proceed();
      outbox.connects(2);
      outbox.proceed();
      outbox.settled("a");
      assertEquals(List.of("b sent 1@2"), outbox.proceed());
    }
  }

  @Nested
  class A_command_that_is_done_once {
    @ParameterizedTest
    @ValueSource(strings = {"reload", "restart", "reboot", "update", "clear_cache"})
    void is_acknowledged_by_a_new_connection_and_not_sent_again(String type) {
      outbox.connects(1);
      outbox.queued("r", type, 3600);
      outbox.queued("b");
      outbox.proceed();
      outbox.connects(2);
      assertEquals(List.of("r acknowledged by reconnected @2", "b sent 1@2"), outbox.proceed());
    }

    @Test
    void is_not_sent_again_for_want_of_an_ack() {
      outbox.connects(1);
      outbox.queued("r", "reload", 600);
      assertEquals(
          List.of("0 r sent 1@1", "600 r expired no_ack"),
          outbox.livesUntil(Duration.ofMinutes(20)));
    }

    @Test
    void holds_the_others_only_for_the_time_of_an_ack() {
      outbox.connects(1);
      outbox.queued("r", "reload", 600);
      outbox.queued("b", "hello", 600);
      assertEquals(
          List.of("0 r sent 1@1", "10 b sent 1@1"), outbox.livesUntil(Duration.ofSeconds(11)));
    }

    @Test
    void is_sent_as_any_other_when_it_was_never_sent() {
      outbox.queued("r", "reload", 600);
      outbox.connects(1);
      assertEquals(List.of("r sent 1@1"), outbox.proceed());
    }

    @Test
    void acknowledges_all_of_them_by_one_reconnection() {
      outbox.connects(1);
      outbox.queued("r", "restart", 600);
      outbox.queued("s", "reload", 600);
      outbox.livesUntil(Duration.ofSeconds(11));
      outbox.connects(2);
      assertEquals(
          List.of("r acknowledged by reconnected @2", "s acknowledged by reconnected @2"),
          outbox.proceed());
    }
  }

  @Nested
  class With_a_client_that_cannot_acknowledge {
    @Test
    void everything_is_sent_in_order_and_stays_unconfirmed() {
      outbox.connectsMute(1);
      outbox.queued("a");
      outbox.queued("r", "reload", 600);
      assertEquals(
          List.of(
              "a sent 1@1", "a unconfirmed unconfirmed", "r sent 1@1", "r unconfirmed unconfirmed"),
          outbox.proceed());
    }

    @Test
    void what_was_sent_to_an_older_connection_is_sent_once_more() {
      outbox.connects(1);
      outbox.queued("a");
      outbox.proceed();
      outbox.connectsMute(2);
      assertEquals(List.of("a sent 2@2", "a unconfirmed unconfirmed"), outbox.proceed());
    }
  }

  @Nested
  class At_any_instant {
    @Test
    void it_looks_again_only_in_the_future_and_every_look_makes_progress() {
      for (int seed = 0; seed < 2_000; seed++) {
        var random = new Random(seed);
        var any = new Outbox();
        for (int n = random.nextInt(6); n >= 0; n--) {
          any.queued("c" + n, random.nextBoolean() ? "reload" : "hello", 1 + random.nextInt(2_000));
          if (random.nextInt(3) == 0) {
            any.connects(any.epoch() + 1);
          }
          any.proceed();
          any.passes(Duration.ofMillis(random.nextInt(40_000)));
        }
        any.proceed();
        int looks = 0;
        while (any.lookAgain().isPresent()) {
          var next = any.lookAgain().get();
          assertTrue(next.isAfter(any.now), "seed " + seed);
          any.now = next;
          any.proceed();
          // Each command: five attempts, as many ends of patience, one end.
          assertTrue(++looks < 6 * 12, "seed " + seed);
        }
        assertFalse(any.hasConnection() && !any.pending.isEmpty(), "seed " + seed);
      }
    }

    @Test
    void a_plan_leaves_nothing_that_is_due_at_the_same_instant() {
      for (int seed = 0; seed < 500; seed++) {
        var random = new Random(seed);
        var any = new Outbox();
        for (int step = 0; step < 20; step++) {
          switch (random.nextInt(4)) {
            case 0 -> any.queued("c" + step, random.nextBoolean() ? "reload" : "hello", 100);
            case 1 -> any.connects(any.epoch() + 1);
            case 2 -> any.connectsMute(any.epoch() + 1);
            default -> any.passes(Duration.ofSeconds(random.nextInt(30)));
          }
          any.proceed();
          assertEquals(List.of(), any.proceed(), "seed " + seed);
        }
      }
    }
  }

  /** A queue with its clock and its connection: carries out what the plan says. */
  private static final class Outbox {
    private PendingCommands pending = PendingCommands.NONE;
    private Optional<Link> link = Optional.empty();
    private Instant now = START;
    private Delivery.Plan last = new Delivery.Plan(List.of(), Optional.empty());

    void queued(String id) {
      queued(id, "hello", 3600);
    }

    void queued(String id, String type, long seconds) {
      pending =
          pending.plus(
              new Order(
                  new CommandId(id),
                  type,
                  Optional.empty(),
                  Optional.empty(),
                  "ann",
                  now,
                  now.plusSeconds(seconds)),
              Optional.empty());
    }

    void connects(long epoch) {
      link = Optional.of(link(epoch, true));
    }

    void connectsMute(long epoch) {
      link = Optional.of(link(epoch, false));
    }

    private static Link link(long epoch, boolean acknowledges) {
      return new Link(
          epoch,
          new NodeId("n"),
          acknowledges,
          DeviceRig.TOKEN,
          TestInbox.<ToSession>create().getRef());
    }

    void disconnects() {
      link = Optional.empty();
    }

    long epoch() {
      return link.map(Link::epoch).orElse(0L);
    }

    boolean hasConnection() {
      return link.isPresent();
    }

    void passes(Duration time) {
      now = now.plus(time);
    }

    void settled(String id) {
      pending = pending.minus(new CommandId(id));
    }

    Optional<Instant> lookAgain() {
      return last.lookAgain();
    }

    List<String> proceed() {
      last = Delivery.plan(pending, link, now, SETTINGS);
      var told = new ArrayList<String>();
      for (DeviceEvent event : last.events()) {
        switch (event) {
          case CommandSent e -> {
            told.add(e.id() + " sent " + e.attempt() + "@" + e.epoch());
            pending = pending.sent(e);
          }
          case CommandSettled e -> {
            told.add(
                e.id()
                    + " "
                    + e.outcome().name().toLowerCase()
                    + e.reason().map(r -> " " + r).orElse("")
                    + e.evidence().map(v -> " by " + v + " @" + e.epoch()).orElse(""));
            pending = pending.minus(e.id());
          }
          default -> throw new AssertionError("delivery decided " + event);
        }
      }
      return told;
    }

    /** Looks whenever the plan says so, up to and including the end; each line with its second. */
    List<String> livesUntil(Duration end) {
      var until = START.plus(end);
      var told = new ArrayList<String>();
      while (true) {
        proceed().forEach(line -> told.add(Duration.between(START, now).toSeconds() + " " + line));
        var next = lookAgain().filter(at -> !at.isAfter(until));
        if (next.isEmpty()) {
          return told;
        }
        now = next.get();
      }
    }
  }
}
