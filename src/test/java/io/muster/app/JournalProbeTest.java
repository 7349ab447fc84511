package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.http.api.OpsRoutes.Health.Parts;
import io.muster.support.MemoryRoster;
import io.muster.support.MemoryTelemetry;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JournalProbeTest {
  private final MemoryRoster store = new MemoryRoster();
  private final MemoryTelemetry telemetry = new MemoryTelemetry();
  private final JournalProbe probe = new JournalProbe(store, telemetry);

  private Parts look() {
    probe.look();
    return probe.health(Clock.systemUTC()).parts().get();
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
