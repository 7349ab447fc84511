package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.device.DeviceEvent.CameOnline;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.support.MemoryRoster;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A watchman over a roster in memory; the devices are woken and do nothing. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(20)
class WatchmanTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final NodeId GONE = new NodeId("node@gone");
  private static ActorTestKit kit;

  private final SettableClock clock = new SettableClock(DeviceRig.START);
  private final MemoryRoster roster = new MemoryRoster();
  private final Queue<String> woken = new ConcurrentLinkedQueue<>();
  private final AtomicInteger rounds = new AtomicInteger();
  private ManualScheduler time;
  private ActorRef<ShardingEnvelope<DeviceCommand>> shards;
  private ActorRef<?> watchman;

  @BeforeAll
  static void open() {
    kit = ActorTestKit.create(DeviceRig.CONFIG);
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
  }

  @BeforeEach
  void begin() {
    time = ManualScheduler.of(kit.system());
    shards =
        kit.spawn(
            Behaviors.receiveMessage(
                envelope -> {
                  assertEquals(new DeviceCommand.Wake(), envelope.message());
                  woken.add(envelope.entityId());
                  return Behaviors.same();
                }));
    var devices = new Devices(shards, kit.system(), clock);
    watchman =
        kit.spawn(
            Watchman.create(
                roster,
                devices,
                () -> {
                  rounds.incrementAndGet();
                  return Set.of();
                },
                clock,
                PATIENCE));
  }

  @AfterEach
  void end() {
    kit.stop(watchman);
    kit.stop(shards);
  }

  private void lost(int count) {
    for (int n = 0; n < count; n++) {
      roster.add(
          new DeviceId("tv-" + n),
          new Registered(DeviceRig.ORG, "tv", "ann", DeviceRig.START),
          new CameOnline(1, GONE, DeviceRig.START));
    }
  }

  /** Both clocks go on, a round at a time, until it is so. */
  private void goesOnUntil(BooleanSupplier condition) {
    DeviceRig.eventually(
        "woken " + woken.size() + " in " + rounds,
        () -> {
          clock.advance(Duration.ofMillis(100));
          time.advance(Duration.ofSeconds(1));
          LockSupport.parkNanos(1_000_000); // the watchman has a turn
          return condition.getAsBoolean();
        });
  }

  private void looksAgain(int times) {
    int end = rounds.get() + times;
    goesOnUntil(() -> rounds.get() >= end);
  }

  @Test
  void nobody_is_woken_before_the_patience_after_a_start_has_ended() {
    lost(1);
    time.advance(PATIENCE.minusMillis(1));
    assertEquals(0, rounds.get());
    goesOnUntil(() -> !woken.isEmpty());
    assertEquals(List.of("tv-0"), List.copyOf(woken));
  }

  @Test
  void no_more_than_200_are_woken_in_a_round() {
    lost(1_000);
    goesOnUntil(
        () -> {
          int soFar = woken.size();
          assertTrue(soFar <= Watchman.WAKES_PER_ROUND * rounds.get());
          return soFar == 1_000;
        });
  }

  @Test
  void those_at_rest_do_not_stand_before_the_others() {
    lost(2_600);
    goesOnUntil(() -> woken.size() >= 2_600);
    assertEquals(2_600, new HashSet<>(woken).size());
  }

  @Test
  void one_that_stays_overdue_is_woken_again_after_its_rest() {
    lost(1);
    goesOnUntil(() -> !woken.isEmpty());
    looksAgain(5);
    assertEquals(1, woken.size());
    clock.advance(Watchman.REST);
    goesOnUntil(() -> woken.size() == 2);
  }

  @Test
  void a_read_model_that_is_away_is_asked_again() {
    lost(1);
    roster.goAway();
    looksAgain(3);
    assertEquals(0, woken.size());
    roster.comeBack();
    goesOnUntil(() -> !woken.isEmpty());
  }
}
