package io.muster.app.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(30)
class SwarmTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Pace CALM = new Pace(0, 10, HOUR, 0);

  @Nested
  class A_device {
    @Test
    void connects_with_its_token_and_beats_at_once() throws Exception {
      try (var gateway = new StubGateway(friendly());
          var swarm = swarm(gateway, CALM, 1)) {
        await(swarm, tally -> tally.acks == 1);

        assertTrue(gateway.heard.getFirst().startsWith("40{\"token\":\"t0\""));
        assertTrue(gateway.heard.get(1).startsWith("420[\"heartbeat\",{"));
      }
    }

    @Test
    void answers_pings_and_acknowledges_commands() throws Exception {
      try (var gateway =
              new StubGateway(
                  text ->
                      text.startsWith("40")
                          ? List.of(
                              StubGateway.JOINED, "2", "427[\"command\",{\"type\":\"reload\"}]")
                          : List.of());
          var swarm = swarm(gateway, CALM, 1)) {
        await(swarm, tally -> tally.commands == 1 && gateway.heard.size() == 4);

        assertTrue(gateway.heard.containsAll(List.of("3", "437[{\"ok\":true}]")));
      }
    }

    @Test
    void that_is_refused_never_comes_back() throws Exception {
      try (var gateway = new StubGateway(_ -> List.of("44{\"message\":\"auth_invalid\"}"));
          var swarm = swarm(gateway, CALM, 3)) {
        await(swarm, tally -> tally.dead == 3);

        var tally = swarm.on(() -> swarm.tally().copy());
        assertEquals(3L, tally.reasons.get("auth_invalid"));
        assertEquals(0, tally.connected + tally.connecting);
      }
    }

    @Test
    void that_is_disconnected_never_comes_back() throws Exception {
      try (var gateway =
              new StubGateway(
                  text -> text.startsWith("40") ? List.of(StubGateway.JOINED, "41") : List.of());
          var swarm = swarm(gateway, CALM, 1)) {
        await(swarm, tally -> tally.dead == 1);
      }
    }

    @Test
    void that_has_lost_its_transport_comes_back_by_itself() throws Exception {
      var connects = new AtomicInteger();
      try (var gateway =
              new StubGateway(
                  text -> {
                    if (text.startsWith("40") && connects.getAndIncrement() == 0) {
                      return StubGateway.BREAK;
                    }
                    return friendly().apply(text);
                  });
          var swarm = swarm(gateway, CALM, 1)) {
        await(swarm, tally -> tally.connected == 1);

        var tally = swarm.on(() -> swarm.tally().copy());
        assertEquals(1, tally.failures);
        assertEquals(2, connects.get());
      }
    }
  }

  @Test
  void all_that_lose_their_connection_at_once_come_back() throws Exception {
    try (var gateway = new StubGateway(friendly());
        var swarm = swarm(gateway, CALM, 5)) {
      await(swarm, tally -> tally.connected == 5);

      var storm = Stampede.on(swarm, Stampede.Plan.ALL);

      assertTrue(storm.secondsUntil(100) < 10, () -> storm.figures().toString());
      assertEquals(5, swarm.on(() -> swarm.tally().flaps));
    }
  }

  @Test
  void those_that_stay_are_told_apart_from_those_that_come_back_and_from_the_urgent(
      @TempDir Path dir) throws Exception {
    var hurried = new AtomicInteger();
    try (var gateway = new StubGateway(friendly());
        var swarm = swarm(gateway, new Pace(0, 10, Duration.ofMillis(100), 0), 5)) {
      await(swarm, tally -> tally.connected == 5);

      var storm = Stampede.on(swarm, new Stampede.Plan(2, 1, hurried::incrementAndGet));

      var figures = storm.figures();
      assertEquals(3, figures.path("stormLost").asInt());
      assertEquals(3, figures.path("backMillis").path("count").asInt());
      assertEquals(1, figures.path("urgentBackMillis").path("count").asInt());
      assertTrue(figures.path("bystanderAckMillis").path("count").asInt() > 0);
      assertEquals(3, swarm.on(() -> swarm.tally().flaps));
      assertEquals(1, hurried.get());
      storm.write(dir.resolve("curve.csv"));
      var lines = Files.readAllLines(dir.resolve("curve.csv"));
      assertTrue(lines.size() > 2, lines::toString);
      assertTrue(lines.getLast().matches("[0-9.]+,3,1,0,3,[0-9.]+"), lines::getLast);
    }
  }

  @Test
  void swarms_that_begin_together_wait_for_a_file(@TempDir Path dir) throws Exception {
    var begins = dir.resolve("now");
    var waited = CompletableFuture.runAsync(() -> waitFor(begins));
    assertThrows(TimeoutException.class, () -> waited.get(100, TimeUnit.MILLISECONDS));
    Files.createFile(begins);
    waited.get(10, TimeUnit.SECONDS);
  }

  private static void waitFor(Path file) {
    try {
      Signals.await(file);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Nested
  class A_gateway_that_stalls {
    @Test
    void is_seen_in_the_latency_of_every_heartbeat_that_was_due_meanwhile() throws Exception {
      var acked = new AtomicInteger();
      try (var gateway =
              new StubGateway(
                  text -> {
                    if (text.startsWith("42") && acked.incrementAndGet() == 20) {
                      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(400));
                    }
                    return friendly().apply(text);
                  });
          // One device, so that all beats pass the same stalled socket; 10 a second leave room for
          // 8.
          var swarm = swarm(gateway, new Pace(0, 1, HOUR, 10), 1)) {
        await(swarm, tally -> tally.acks >= 30);

        var tally = swarm.on(() -> swarm.tally().copy());
        assertTrue(tally.ack.getMaxValue() >= 390_000, "the stalled one");
        assertTrue(tally.ack.getCountBetweenValues(90_000, 420_000) >= 3, "those due meanwhile");
      }
    }
  }

  private static Function<String, List<String>> friendly() {
    return text -> {
      if (text.startsWith("40")) {
        return List.of(StubGateway.JOINED);
      }
      if (text.startsWith("42")) {
        return List.of("43" + text.substring(2, text.indexOf('[')) + "[{\"success\":true}]");
      }
      return List.of();
    };
  }

  private static Swarm swarm(StubGateway gateway, Pace pace, int devices) {
    var swarm = new Swarm(Target.of(gateway.url()), pace);
    swarm.start(
        Stream.iterate(0, i -> i + 1)
            .limit(devices)
            .map(i -> new PlainPlayer(Payloads.credentials("t" + i), Duration.ZERO, 0, 0))
            .toList());
    return swarm;
  }

  private static void await(Swarm swarm, Predicate<Tally> condition) {
    while (!swarm.on(() -> condition.test(swarm.tally()))) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
