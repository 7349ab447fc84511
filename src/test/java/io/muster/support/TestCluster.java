package io.muster.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Several whole gateways in this process, one cluster on one database of the test server. For what
 * a process of its own is not needed for: nothing here can be killed.
 */
public final class TestCluster implements AutoCloseable {
  private final Path dir = TestGateway.directory();
  private final Postgres.Fresh database = Postgres.shared().database();
  private final Map<String, ?> overrides;
  private final List<TestGateway> nodes = new ArrayList<>();
  private final int seedPort = freePort();

  private TestCluster(Map<String, ?> overrides) {
    this.overrides = overrides;
  }

  /** All of them are ready. */
  public static TestCluster of(int size, Map<String, ?> overrides) {
    var cluster = new TestCluster(overrides);
    for (int i = 0; i < size; i++) {
      cluster.add();
    }
    cluster.nodes.forEach(
        node ->
            Eventually.eventually(
                "a node is ready", () -> node.anonymous().get("/health/ready").status() == 200));
    return cluster;
  }

  /** One more node, named {@code node-1} and so on; it joins by itself. */
  public TestGateway add() {
    boolean isSeed = nodes.isEmpty();
    var all = new HashMap<String, Object>(overrides);
    all.put("muster.cluster.node", "node-" + (nodes.size() + 1));
    all.put("muster.cluster.port", isSeed ? seedPort : 0);
    all.put("muster.cluster.seeds", seed());
    nodes.add(TestGateway.member(all, dir, database.url()));
    return nodes.getLast();
  }

  /** Of the first node, as {@code host:port}. */
  public String seed() {
    return "127.0.0.1:" + seedPort;
  }

  /** What a process of its own needs to be one of these nodes. */
  public Map<String, String> environment() {
    var secrets = nodes.getFirst().settings().secrets();
    return Map.of(
        "MUSTER_CLUSTER_SEEDS", seed(),
        "DATABASE_URL", database.url(),
        "DEVICE_JWT_SECRET", secrets.device(),
        "JWT_SECRET", secrets.user(),
        "INTERNAL_API_SECRET", secrets.internal().orElseThrow());
  }

  /**
   * @param number from 0; the first one is the oldest, where singletons live
   */
  public TestGateway node(int number) {
    return nodes.get(number);
  }

  public List<TestGateway> nodes() {
    return List.copyOf(nodes);
  }

  /** Also closes the ones that were stopped before; stopping twice does nothing. */
  @Override
  public void close() {
    nodes.reversed().forEach(TestGateway::close);
    database.close();
    try {
      TestGateway.delete(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
