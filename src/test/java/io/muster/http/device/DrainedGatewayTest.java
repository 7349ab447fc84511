package io.muster.http.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.muster.actors.DeviceId;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.Status.Away;
import io.muster.support.FakeDevice;
import io.muster.support.Store;
import io.muster.support.TestGateway;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DrainedGatewayTest {
  @Test
  void rule_74_whom_a_stopping_node_sends_away_has_it_in_the_journal_with_twice_the_grace() {
    try (var gateway = TestGateway.embedded();
        var _ = FakeDevice.connects(gateway, "acme", "tv-1")) {
      gateway.stop();
      try (var store = Store.embedded(gateway.settings().dataDir())) {
        var away = assertInstanceOf(Away.class, store.recall(new DeviceId("tv-1")).status());
        assertEquals(AwayReason.DRAINED, away.reason());
        assertEquals(Duration.ofMinutes(4), Duration.between(away.since(), away.deadline()));
      }
    }
  }
}
