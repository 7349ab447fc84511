package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.app.Gateway;
import io.muster.support.FakeDevice;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.TestCluster;
import io.muster.support.TestGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of several goes: because it was told to, or because the others could not wait for it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LeavingIT {
  private static final String ORG = "acme";
  private static final int DEVICES = 12;
  private static final Duration LEAVING_MAX = Duration.ofSeconds(30);
  private static final int RESTARTING = 1012; // of RFC 6455's registry: come again

  private static TestCluster cluster;
  @TempDir private Path dir;

  @BeforeAll
  static void start() {
    cluster =
        TestCluster.of(
            2, Map.of("muster.leaving.per-second", 6, "muster.cluster.stable-after", "1s"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Reply command(TestGateway node, int device) {
    return node.operator(ORG).post(path(device) + "/commands", "{\"type\":\"identify\"}");
  }

  private static String path(int device) {
    return "/api/v1/devices/tv-" + device;
  }

  @Test
  void members_are_told_with_the_address_by_which_they_are_seeds() {
    var told = cluster.node(0).admin(ORG).get("/api/v1/cluster").json();
    var first = told.at("/members/0");
    assertEquals(cluster.seed(), first.path("address").asText());
    assertEquals(cluster.seed(), told.path("node").asText());
    assertTrue(first.has("shards"), "what a node holds is found by its address");
  }

  private static List<String> members() {
    var told = cluster.node(0).admin(ORG).get("/api/v1/cluster");
    assertEquals(200, told.status(), told::body);
    return StreamSupport.stream(told.json().path("members").spliterator(), false)
        .map(member -> member.path("name").asText())
        .toList();
  }

  @Test
  void what_was_on_a_node_that_is_told_to_stop_goes_on_elsewhere_and_nothing_is_lost() {
    var leaving = cluster.add();
    var name = leaving.settings().cluster().node().orElseThrow();
    eventually("it is ready", () -> leaving.anonymous().get("/health/ready").status() == 200);
    var before = connected(leaving);
    IntStream.range(0, DEVICES).forEach(i -> assertEquals(200, acknowledged(cluster.node(0), i)));
    before.forEach(FakeDevice::fallsSilent); // what comes now is done elsewhere
    var asked = new ArrayList<Reply>();
    IntStream.range(0, DEVICES).forEach(i -> asked.add(command(cluster.node(0), i)));

    long began = System.nanoTime();
    var gone = CompletableFuture.runAsync(leaving::stop);
    var after = new ArrayList<FakeDevice>();
    for (int i = 0; i < DEVICES; i++) {
      var old = before.get(i);
      eventually("it is sent away", () -> !old.isConnected());
      assertEquals(1, old.heard("server:shutdown").size());
      after.add(FakeDevice.connects(cluster.node(i % 2), ORG, "tv-" + i));
      asked.add(command(cluster.node(1), i));
    }
    gone.join();
    assertTrue(System.nanoTime() - began < LEAVING_MAX.toNanos());

    eventually("it is gone", () -> !members().contains(name));
    for (int i = 0; i < DEVICES; i++) {
      var device = cluster.node(0).viewer(ORG).get(path(i)).json();
      assertEquals("online", device.path("status").asText());
      assertEquals(2, device.path("epoch").asInt());
      var now = after.get(i);
      eventually("both commands have come", () -> ids(now.heard("command")).size() == 2);
    }
    for (var reply : asked) {
      assertEquals(202, reply.status(), reply::body);
      var place = reply.header("Location").orElseThrow();
      eventually(
          "it is acknowledged",
          () ->
              cluster
                  .node(0)
                  .viewer(ORG)
                  .get(place)
                  .json()
                  .path("state")
                  .asText()
                  .equals("acknowledged"));
    }
    after.forEach(FakeDevice::close);
  }

  private static List<FakeDevice> connected(TestGateway node) {
    return IntStream.range(0, DEVICES)
        .mapToObj(i -> FakeDevice.connects(node, ORG, "tv-" + i))
        .toList();
  }

  private static int acknowledged(TestGateway node, int device) {
    return node.operator(ORG)
        .with("Prefer", "wait=10")
        .post(path(device) + "/commands", "{\"type\":\"identify\"}")
        .status();
  }

  private static List<String> ids(List<JSONObject> commands) {
    return commands.stream().map(command -> command.optString("commandId")).distinct().toList();
  }

  // ── as processes ──

  private ServedProcess node(String name) throws IOException {
    var environment = new HashMap<>(cluster.environment());
    environment.put("MUSTER_NODE", name);
    environment.put("MUSTER_CLUSTER_STABLE_AFTER", "1s");
    var process = ServedProcess.start(dir, environment);
    eventually("it has joined", () -> members().contains(name));
    return process;
  }

  @Test
  void a_node_is_drained_by_its_name_and_ends_well() throws Exception {
    try (var node = node("north")) {
      var scratch = Files.createDirectories(dir.resolve("drain"));
      var drain =
          ServedProcess.launch(
              scratch, cluster.environment(), "drain", "north", "--url", cluster.node(0).url());
      assertEquals(0, node.status(LEAVING_MAX), node::said);
      assertEquals(0, drain.waitFor(), () -> said(scratch));
      assertTrue(said(scratch).contains("north has left"), () -> said(scratch));
    }
  }

  private static String said(Path dir) {
    try {
      return Files.readString(ServedProcess.output(dir));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_node_that_the_others_went_on_without_notices_by_itself_and_ends() throws Exception {
    var token = cluster.node(0).deviceToken(ORG, "tv-of-south");
    try (var node = node("south");
        var device =
            PlainClient.open(node.url() + "/ws/device", Optional.of(token), Optional.empty())) {
      device.next("config");
      try (var pause = node.pause()) {
        eventually("the others go on", () -> !members().contains("south"));
      }
      device.next("server:shutdown");
      assertEquals(RESTARTING, device.closed().get(10, TimeUnit.SECONDS));
      assertEquals(Gateway.REMOVED, node.status(LEAVING_MAX), node::said);
      assertTrue(node.said().contains("This node stood still for"), node::said);
    }
  }
}
