package io.muster.support;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.function.Function;
import redis.embedded.core.RedisServerBuilder;

/**
 * A real Redis on a free port of loopback, without anything on disk. It can be killed and started
 * again on the same port (then it is empty), and be made to hang. Close it; it is gone with this
 * JVM in any case, however the JVM ends.
 */
public final class RedisServer implements AutoCloseable {
  private final int port;
  private final RedisClient client;
  private redis.embedded.RedisServer server;
  private long pid;
  private boolean isPaused;

  private RedisServer(int port) {
    this.port = port;
    this.client =
        RedisClient.create(
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(Duration.ofSeconds(10))
                .build());
  }

  public static RedisServer start() {
    var redis = new RedisServer(freePort());
    redis.startAgain();
    return redis;
  }

  /** An address where nobody listens now; {@link #startAgain} changes that. */
  public static RedisServer away() {
    return new RedisServer(freePort());
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  // ── outages ──

  /** Kills it, as a crash would; what it knew is lost. */
  public void stop() {
    if (server == null) {
      return;
    }
    signal("KILL");
    isPaused = false;
    try {
      server.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server = null;
  }

  /** On the same port, empty. */
  public void startAgain() {
    try {
      server =
          new RedisServerBuilder()
              .port(port)
              .bind("127.0.0.1")
              .setting("save \"\"")
              .setting("appendonly no")
              .build();
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException("the test Redis does not start", e);
    }
    pid = Long.parseLong(info("process_id"));
    dieWithThisJvm();
  }

  /** Connections stay and nothing answers until {@link #resume}. */
  public void pause() {
    signal("STOP");
    isPaused = true;
  }

  public void resume() {
    if (isPaused) {
      signal("CONT");
      isPaused = false;
    }
  }

  public void flush() {
    ask(RedisCommands::flushall);
  }

  /** Cuts every connection there is; new ones are taken at once. */
  public void cutConnections() {
    ask(
        redis -> {
          redis.clientKill(io.lettuce.core.KillArgs.Builder.typeNormal().skipme());
          return true;
        });
  }

  // ── looking and writing, as other programs do ──

  /** On a connection of its own. Not while it is stopped or paused. */
  public <T> T ask(Function<RedisCommands<String, String>, T> question) {
    try (var connection = client.connect()) {
      return question.apply(connection.sync());
    }
  }

  private String info(String field) {
    return ask(redis -> redis.info("server"))
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .findFirst()
        .orElseThrow()
        .substring(field.length() + 1)
        .strip();
  }

  private void signal(String name) {
    run("kill -" + name + " " + pid, true);
  }

  /** The pipe closes when this JVM ends, even by kill -9; then the server goes. */
  private void dieWithThisJvm() {
    run("read _; kill -9 " + pid + " 2>/dev/null", false);
  }

  private static void run(String command, boolean wait) {
    try {
      var process =
          new ProcessBuilder("sh", "-c", command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (wait) {
        process.waitFor();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    stop();
  }
}
