package io.muster.http.api;

import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RestartedGatewayTest {
  @Test
  void knows_when_a_device_was_last_seen_and_what_it_still_has_to_do() {
    try (var gateway = TestGateway.embedded()) {
      var acme = Tenant.fresh(gateway);
      var device = acme.device();
      try (var tv = acme.connects(device)) {
        tv.says("heartbeat", "{'appVersion':'2.4.1','metrics':{'cpuUsage':12.5}}");
        acme.eventually(device, r -> r.json().has("appVersion"));
      }
      acme.eventually(device, r -> !r.json().get("status").asText().equals("online"));
      var place =
          acme.operator()
              .post(device + "/commands", json("{'type':'reload'}"))
              .header("Location")
              .orElseThrow();

      // Hints are kept of devices that the table knows, and it follows the journal.
      acme.eventually("/api/v1/devices", r -> r.json().get("items").size() == 1);

      gateway.restart();

      // A read does not wait for what the table remembers while the store is still warming up.
      acme.eventually(device, r -> r.json().has("lastSeen"));
      var read = acme.viewer().get(device).json();
      assertEquals("2.4.1", read.path("appVersion").asText());
      assertEquals(12.5, read.at("/load/cpu").asDouble());
      assertEquals(1, read.get("pendingCommands").asInt());
      assertEquals("queued", acme.viewer().get(place).json().get("state").asText());
    }
  }
}
