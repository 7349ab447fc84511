package io.muster.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real PostgreSQL, started once per JVM and gone with it, however the JVM ends. {@code
 * MUSTER_TEST_DATABASE_URL} names another server instead (JDBC form, with a user who may create
 * databases); that one cannot be stopped.
 */
public final class Postgres {
  private static final Optional<String> EXTERNAL =
      Optional.ofNullable(System.getenv("MUSTER_TEST_DATABASE_URL")).filter(u -> !u.isBlank());
  private static Postgres shared;

  private final String adminUrl;
  private final Path dataDir;
  private final int port;

  private Postgres(String adminUrl, Path dataDir, int port) {
    this.adminUrl = adminUrl;
    this.dataDir = dataDir;
    this.port = port;
  }

  public static synchronized Postgres shared() {
    if (shared == null) {
      shared = EXTERNAL.map(url -> new Postgres(url, null, 0)).orElseGet(Postgres::start);
    }
    return shared;
  }

  private static Postgres start() {
    try {
      var dataDir = Files.createTempDirectory("muster-test-pg");
      var server =
          EmbeddedPostgres.builder()
              .setDataDirectory(dataDir)
              .setCleanDataDirectory(true)
              // Honest figures and honest crashes: the library's default is off.
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("fsync", "on")
              .setServerConfig("full_page_writes", "on")
              .setServerConfig("max_connections", "200")
              .setPGStartupWait(Duration.ofSeconds(30))
              .start();
      var postgres =
          new Postgres(server.getJdbcUrl("postgres", "postgres"), dataDir, server.getPort());
      postgres.dieWithThisJvm();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException("the test PostgreSQL does not start", e);
    }
  }

  /** The pipe closes when this JVM ends, even by kill -9; then the server goes. */
  private void dieWithThisJvm() throws IOException {
    var script =
        "read _; %s -D '%s' -m immediate stop; rm -rf '%s'".formatted(control(), dataDir, dataDir);
    new ProcessBuilder("sh", "-c", script)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  // PostgreSQL refuses to run as root; in a user namespace root is nobody.
  private String control() {
    var control = postmaster().info().command().orElseThrow().replaceFirst("postgres$", "pg_ctl");
    return "root".equals(System.getProperty("user.name")) ? "unshare -U " + control : control;
  }

  private ProcessHandle postmaster() {
    try (Stream<String> lines = Files.lines(dataDir.resolve("postmaster.pid"))) {
      return ProcessHandle.of(Long.parseLong(lines.findFirst().orElseThrow().strip()))
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ── databases ──

  /** An empty database of its own; dropped on close. */
  public Fresh database() {
    var name = "muster_" + UUID.randomUUID().toString().replace("-", "");
    admin("create database " + name);
    return new Fresh(this, name, adminUrl.replaceFirst("/[^/?]*(\\?|$)", "/" + name + "$1"));
  }

  public record Fresh(Postgres server, String name, String url) implements AutoCloseable {
    @Override
    public void close() {
      server.admin("drop database if exists " + name + " with (force)");
    }
  }

  private void admin(String sql) {
    try (var connection = DriverManager.getConnection(adminUrl);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  // ── outages ──

  public boolean canBeStopped() {
    return dataDir != null;
  }

  /** Connections are cut and new ones refused until {@link Outage#close}. */
  public Outage stop() {
    var control = control();
    run("%s -D '%s' -m immediate -w stop".formatted(control, dataDir));
    return () ->
        run(
            "%s -D '%s' -o '-p %d -c synchronous_commit=on -c max_connections=200' -l '%s' -w start"
                .formatted(control, dataDir, port, dataDir.resolve("restart.log")));
  }

  /** Connections stay and nothing answers until {@link Outage#close}. */
  public Outage pause() {
    signal("STOP", List.of(postmaster())); // from now on there are no new ones
    var others = postmaster().descendants().toList();
    signal("STOP", others);
    return () -> signal("CONT", Stream.concat(others.stream(), Stream.of(postmaster())).toList());
  }

  @FunctionalInterface
  public interface Outage extends AutoCloseable {
    @Override
    void close();
  }

  private static void signal(String name, List<ProcessHandle> processes) {
    var pids = processes.stream().map(p -> Long.toString(p.pid())).toList();
    // One that has ended in between is as quiet as it should be.
    run("kill -%s %s || true".formatted(name, String.join(" ", pids)));
  }

  private static void run(String command) {
    try {
      var process =
          new ProcessBuilder("sh", "-c", command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("failed: " + command);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
