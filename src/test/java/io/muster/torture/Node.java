package io.muster.torture;

import io.muster.support.CutProxy;
import io.muster.torture.Fact.Stopped;
import io.muster.torture.Fact.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One place for a node: its process, which is started anew whenever it has ended, and the network
 * around it. Other nodes reach it by an address of loopback that is its own, and by a proxy.
 */
final class Node implements AutoCloseable {
  private static final long READY_MAX = 120_000;
  private static final long LOOK_EVERY = 100;

  // Below those of outgoing connections: one of them would take it while the node is down.
  private static final int PORT_MIN = 20_000;
  private static final int PORT_MAX = 32_000;

  private final String name;
  private final InetAddress address;
  private final int httpPort;
  private final int bindPort;
  private final CutProxy door;
  private final CutProxy database;
  private final Path dir;
  private final History history;
  private final Map<String, String> environment = new HashMap<>();
  private volatile Process process;
  private volatile boolean isOver;
  private int starts;

  /**
   * @param number from 1; its place on loopback
   */
  Node(int number, String name, InetSocketAddress database, Path dir, History history) {
    this.name = name;
    this.address = loopback(number);
    this.httpPort = freePort();
    this.bindPort = freePort();
    this.door = CutProxy.before(address, bindPort);
    this.database = CutProxy.to(database.getHostString(), database.getPort());
    this.dir = dir;
    this.history = history;
  }

  private static InetAddress loopback(int number) {
    try {
      return InetAddress.getByName("127.0.0." + (10 + number));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException e) {
        // It is somebody's.
      }
    }
  }

  String name() {
    return name;
  }

  InetAddress address() {
    return address;
  }

  CutProxy door() {
    return door;
  }

  CutProxy database() {
    return database;
  }

  String seed() {
    return address.getHostAddress() + ":" + door.port();
  }

  /** The way to it from a shop whose network may go dark. */
  Clients.Place placeFrom(CutProxy shop) {
    return new Clients.Place(name, "http://127.0.0.1:" + shop.port());
  }

  int httpPort() {
    return httpPort;
  }

  Clients.Place place() {
    return new Clients.Place(name, "http://127.0.0.1:" + httpPort);
  }

  // ── its process ──

  /** Starts it, and again after each end, as a service manager would. */
  void start(Map<String, String> more) {
    environment.putAll(more);
    environment.putAll(
        Map.of(
            "MUSTER_NODE", name,
            "MUSTER_HOST", "127.0.0.1",
            "PORT", Integer.toString(httpPort),
            "MUSTER_CLUSTER_HOST", address.getHostAddress(),
            "MUSTER_CLUSTER_PORT", Integer.toString(door.port()),
            "MUSTER_CLUSTER_BIND_HOST", "127.0.0.1",
            "MUSTER_CLUSTER_BIND_PORT", Integer.toString(bindPort),
            "MUSTER_DATA_DIR", dir.resolve(name).toString()));
    launch();
    Thread.ofVirtual().start(this::keepRunning);
  }

  private void keepRunning() {
    while (!isOver) {
      try {
        process.waitFor();
        if (!isOver) {
          launch();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized void launch() {
    var command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseCompactObjectHeaders",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                // So that the proxies of the others know who comes.
                "-Dpekko.remote.artery.advanced.tcp.outbound-client-hostname="
                    + address.getHostAddress(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.muster.app.Main",
                "serve"));
    try {
      Files.createDirectories(dir.resolve(name));
      var log = dir.resolve(name + "-" + ++starts + ".log").toFile();
      var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
      builder.environment().putAll(environment);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int starts() {
    return starts;
  }

  /** As a service manager does it; waits for the end. */
  void terminate() throws InterruptedException {
    var stopping = process;
    long from = History.now();
    stopping.destroy();
    boolean hasEnded = stopping.waitFor(40, TimeUnit.SECONDS);
    int status = hasEnded ? stopping.exitValue() : -1;
    if (!hasEnded) {
      stopping.destroyForcibly();
    }
    history.add(new Stopped(name, status, from, History.now()));
  }

  void kill() {
    process.destroyForcibly();
  }

  void pause() {
    signal("STOP");
  }

  void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ── how it is ──

  void awaitReady(Clients clients) throws InterruptedException {
    long from = History.now();
    while (!isReady(clients)) {
      if (History.now() - from > READY_MAX) {
        throw new IllegalStateException(name + " is not ready; its words are in " + dir);
      }
      Thread.sleep(LOOK_EVERY);
    }
  }

  private boolean isReady(Clients clients) throws InterruptedException {
    try {
      var ready =
          HttpRequest.newBuilder(URI.create(place().url() + "/health/ready"))
              .timeout(Duration.ofSeconds(2))
              .build();
      return clients.http().send(ready, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Nothing is promised to its clients from then until now. */
  void wasInTrouble(String fault, long from) {
    history.add(new Trouble(name, fault, from, History.now()));
  }

  @Override
  public void close() {
    isOver = true;
    process.destroyForcibly();
    door.close();
    database.close();
  }
}
