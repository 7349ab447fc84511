package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.canary.Canary;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.http.api.OpsRoutes.Health.Parts;
import io.muster.support.MemoryRoster;
import io.muster.support.MemoryTelemetry;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JournalProbeTest {
  private final MemoryRoster store = new MemoryRoster();
  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private CompletableFuture<Boolean> served = CompletableFuture.completedFuture(true);
  private int asked;
  private final JournalProbe probe =
      new JournalProbe(
          store,
          () -> {
            asked++;
            return served;
          },
          telemetry);

  private Parts look() {
    probe.look();
    return probe
        .health(new Canary("muster-0", telemetry, () -> 0), Clock.systemUTC())
        .parts()
        .get();
  }

  @Nested
  class Before_the_journal_has_worked {
    @Test
    void nothing_is_ready() {
      store.goAway();
      assertFalse(look().isReady());
      assertEquals("unhealthy", look().word());
    }
  }

  @Nested
  class Before_a_device_has_answered {
    @Test
    void nothing_is_ready_though_the_journal_works() {
      served = CompletableFuture.completedFuture(false);
      assertFalse(look().isReady());
      served = CompletableFuture.completedFuture(true);
      assertTrue(look().isReady());
    }

    @Test
    void one_is_asked_at_a_time() {
      served = new CompletableFuture<>();
      look();
      assertFalse(look().isReady());
      assertEquals(1, asked);
      served.complete(true);
      assertTrue(look().isReady());
    }

    @Test
    void a_failure_is_asked_again() {
      served = CompletableFuture.failedFuture(new IllegalStateException("no shard region"));
      assertFalse(look().isReady());
      served = CompletableFuture.completedFuture(true);
      assertTrue(look().isReady());
      look();
      assertEquals(2, asked);
    }
  }

  @Nested
  class Once_the_journal_has_worked {
    @Test
    void all_is_well() {
      assertTrue(look().isReady());
      assertEquals("healthy", look().word());
    }

    @Test
    void its_absence_makes_the_node_degraded_and_never_unready() {
      look();
      store.goAway();
      assertTrue(look().isReady());
      assertEquals("degraded", look().word());
      store.comeBack();
      assertEquals("healthy", look().word());
    }

    @Test
    void a_node_that_leaves_is_not_ready() {
      look();
      probe.leaving();
      assertFalse(look().isReady());
    }

    @Test
    void figures_say_so() {
      look();
      store.goAway();
      look();
      assertEquals(
          List.of("journal works", "projection followed", "journal fails"), telemetry.counted());
    }
  }

  @Nested
  class While_the_read_model_is_behind {
    @Test
    void it_is_looked_after_once_however_often_one_looks() {
      store.holdBack();
      store.add(
          new DeviceId("tv-1"), new Registered(new OrgId("acme"), "TV", "ada", Instant.EPOCH));
      look();
      look();
      assertEquals(List.of("journal works", "journal works"), telemetry.counted());
      store.goOn();
      assertEquals("projection followed", telemetry.counted().getLast());
    }
  }
}
