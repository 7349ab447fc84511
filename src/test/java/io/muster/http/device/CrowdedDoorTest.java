package io.muster.http.device;

import static io.muster.support.Eventually.eventually;

import io.muster.support.FakeDevice;
import io.muster.support.TestGateway;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A gateway that lets in one device at a time. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CrowdedDoorTest {
  @Test
  void
      all_who_come_at_once_are_let_in_one_after_the_other_and_those_who_are_refused_leave_no_gap() {
    try (var gateway = TestGateway.embedded(Map.of("muster.admission.joining-max", 1))) {
      var devices = new ArrayList<FakeDevice>();
      FakeDevice.connects(gateway, "acme", "tv-0").close();
      IntStream.range(1, 10)
          .forEach(
              i -> {
                devices.add(FakeDevice.knocks(gateway, gateway.deviceToken("acme", "tv-" + i)));
                devices.add(FakeDevice.knocks(gateway, gateway.deviceToken("globex", "tv-0")));
              });
      eventually(
          "all of the organisation's are in",
          () -> devices.stream().filter(FakeDevice::isConnected).count() == 9);
      devices.forEach(FakeDevice::close);
    }
  }
}
