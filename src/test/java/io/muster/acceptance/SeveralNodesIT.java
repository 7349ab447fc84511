package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.FakeDevice;
import io.muster.support.TestCluster;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Three nodes, one fleet: whatever node one speaks to, it is the same. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SeveralNodesIT {
  private static final String ORG = "acme";
  // Enough for the actors of some to live elsewhere than their sockets.
  private static final int DEVICES = 12;
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.of(3, Map.of());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void a_command_posted_at_any_node_reaches_a_device_on_any_other() {
    IntStream.range(0, DEVICES)
        .forEach(
            i -> {
              var id = "tv-" + i;
              try (var device = FakeDevice.connects(cluster.node(i % 3), ORG, id)) {
                var sent =
                    cluster
                        .node((i + 1) % 3)
                        .operator(ORG)
                        .with("Prefer", "wait=10")
                        .post("/api/v1/devices/" + id + "/commands", "{\"type\":\"identify\"}");
                assertEquals(200, sent.status(), sent::body);
                assertEquals("acknowledged", sent.json().path("state").asText());
              }
            });
  }

  @Test
  void a_second_connection_supersedes_the_first_on_another_node() {
    IntStream.range(0, DEVICES)
        .forEach(
            i -> {
              var id = "kiosk-" + i;
              try (var first = FakeDevice.connects(cluster.node(i % 3), ORG, id);
                  var second = FakeDevice.connects(cluster.node((i + 1) % 3), ORG, id)) {
                eventually("the first is told to go", () -> !first.isConnected());
                var view = cluster.node((i + 2) % 3).viewer(ORG).get("/api/v1/devices/" + id);
                assertEquals("online", view.json().path("status").asText());
                assertEquals(2, view.json().path("epoch").asInt());
                assertTrue(second.isConnected());
              }
            });
  }
}
