package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.muster.http.auth.Role;
import io.muster.support.HttpCaller;
import io.muster.support.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The former release and today's in one cluster, as during an upgrade, and on the way back. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MixedVersionsIT {
  private static final String ORG = "acme";
  private static final int DEVICES = 8;
  private static final Path FORMER = Path.of("src/test/releases/muster-0.1.0.jar");

  @TempDir private Path dir;
  private final List<PlainClient> clients = new ArrayList<>();
  private TestCluster today;
  private ServedProcess former;

  @BeforeEach
  void start() throws Exception {
    today = TestCluster.of(1, Map.of("muster.leaving.spread-max", "0s"));
    var environment = new HashMap<>(today.environment());
    environment.put("MUSTER_NODE", "former");
    environment.put("MUSTER_LEAVING_SPREAD_MAX", "0s");
    former = ServedProcess.startOf(FORMER, dir, environment);
    eventually(
        "they are one cluster", () -> member("former").path("version").asText().equals("0.1.0"));
  }

  @AfterEach
  void stop() {
    clients.forEach(PlainClient::close);
    today.close(); // while there is one that takes over
    former.close();
  }

  private JsonNode member(String name) {
    for (var member : today.node(0).admin(ORG).get("/api/v1/cluster").json().path("members")) {
      if (member.path("name").asText().equals(name)) {
        return member;
      }
    }
    return MissingNode.getInstance();
  }

  private String url(boolean isFormer) {
    return isFormer ? former.url() : today.node(0).url();
  }

  private HttpCaller at(String url, Role role) {
    return HttpCaller.of(url).bearing(today.node(0).userToken(ORG, role));
  }

  private PlainClient device(boolean atFormer, int number) throws Exception {
    var client =
        PlainClient.open(
            url(atFormer) + "/ws/device",
            Optional.of(today.node(0).deviceToken(ORG, "tv-" + number)),
            Optional.empty());
    client.next("config");
    clients.add(client);
    return client;
  }

  /** Posted at one of them, and done by the device wherever it is. */
  private void commands(boolean atFormer, int number, PlainClient device) throws Exception {
    var sent =
        at(url(atFormer), Role.OPERATOR)
            .post("/api/v1/devices/tv-" + number + "/commands", "{\"type\":\"identify\"}");
    assertEquals(202, sent.status(), sent::body);
    var command = device.next("command");
    device.says("{\"ack\":" + command.path("id") + ",\"data\":{\"ok\":true}}");
    var place = sent.header("Location").orElseThrow();
    eventually(
        "it is acknowledged",
        () ->
            at(url(!atFormer), Role.VIEWER)
                .get(place)
                .json()
                .path("state")
                .asText()
                .equals("acknowledged"));
  }

  @Test
  void any_of_them_serves_any_device() throws Exception {
    for (int i = 0; i < DEVICES; i++) {
      boolean atFormer = i % 2 == 0;
      commands(!atFormer, i, device(atFormer, i));
    }
    // The other one takes over.
    for (int i = 0; i < DEVICES; i++) {
      var older = clients.get(i);
      device(i % 2 == 1, i);
      assertEquals(4008, older.closed().get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void devices_go_back_to_the_former_and_forward_again() throws Exception {
    for (int i = 0; i < DEVICES; i++) {
      commands(true, i, device(true, i));
    }
    today.node(0).stop();
    for (int i = 0; i < DEVICES; i++) { // what today has written is read by the former
      var device = device(true, i);
      var told = at(former.url(), Role.VIEWER).get("/api/v1/devices/tv-" + i).json();
      assertEquals(2, told.path("epoch").asInt(), told::toString);
      device.close();
    }
    var next = today.add();
    eventually("it has joined", () -> next.anonymous().get("/health/ready").status() == 200);
    assertEquals(0, former.terminate(Duration.ofSeconds(30)), former::said);
    for (int i = 0; i < DEVICES; i++) { // and the reverse
      var client =
          PlainClient.open(
              next.url() + "/ws/device",
              Optional.of(next.deviceToken(ORG, "tv-" + i)),
              Optional.empty());
      clients.add(client);
      client.next("config");
      var told = next.viewer(ORG).get("/api/v1/devices/tv-" + i).json();
      assertEquals(3, told.path("epoch").asInt(), told::toString);
    }
  }
}
