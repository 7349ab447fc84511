package io.muster.support;

import static io.muster.support.Eventually.eventually;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real PostgreSQL, started once per JVM and gone with it, however the JVM ends. {@code
 * MUSTER_TEST_DATABASE_URL} names another server instead (JDBC form, with a user who may create
 * databases); that one cannot be stopped.
 */
public final class Postgres {
  private static final String NO_START = "the test PostgreSQL does not start";
  private static final String POSTMASTER = "postmaster.pid";
  private static final Optional<String> EXTERNAL =
      Optional.ofNullable(System.getenv("MUSTER_TEST_DATABASE_URL")).filter(u -> !u.isBlank());

  // Honest figures and honest crashes: the library's default is off.
  private static final Map<String, String> HONEST =
      Map.of(
          "synchronous_commit", "on",
          "fsync", "on",
          "full_page_writes", "on",
          "max_connections", "200");

  // Nothing is kept for later: where the disk is full, the log of writes has no room either.
  private static final Map<String, String> SPARING =
      Map.of("wal_recycle", "off", "max_wal_size", "64MB");
  private static final String SEGMENT_MEBIBYTES = "1";
  private static final int LOG_FILES_AHEAD_MAX = 3;

  private static Postgres shared;

  private final String adminUrl;
  private final Path dataDir;
  private final Path log;
  private final int port;
  private final String options;
  private EmbeddedPostgres embedded;
  private String control;
  private Process end;

  private Postgres(String adminUrl, Path dataDir, Path log, int port, Map<String, String> config) {
    this.adminUrl = adminUrl;
    this.dataDir = dataDir;
    this.log = log;
    this.port = port;
    this.options =
        config.entrySet().stream()
            .map(one -> " -c %s=%s".formatted(one.getKey(), one.getValue()))
            .collect(Collectors.joining("", "-p " + port, ""));
  }

  public static synchronized Postgres shared() {
    if (shared == null) {
      shared = EXTERNAL.map(Postgres::external).orElseGet(Postgres::start);
    }
    return shared;
  }

  /** Whether {@link #shared} is somebody else's. */
  public static boolean isExternal() {
    return EXTERNAL.isPresent();
  }

  private static Postgres external(String url) {
    return new Postgres(url, null, null, 0, Map.of());
  }

  private static Postgres start() {
    try {
      var dataDir = Files.createTempDirectory("muster-test-pg");
      return start(EmbeddedPostgres.builder(), dataDir, dataDir.resolve("restart.log"), HONEST);
    } catch (IOException e) {
      throw new UncheckedIOException(NO_START, e);
    }
  }

  /**
   * Another one, for whoever has a disk for it that may be full; until {@link #end}.
   *
   * @param log what it says, elsewhere
   */
  public static Postgres on(Path dataDir, Path log) {
    var config = new HashMap<>(HONEST);
    config.putAll(SPARING);
    try {
      var words = ProcessBuilder.Redirect.appendTo(log.toFile());
      var builder =
          EmbeddedPostgres.builder()
              .setOutputRedirector(words)
              .setErrorRedirector(words)
              // It hands to initdb what is said here, be it of the locale or not.
              .setLocaleConfig("wal-segsize", SEGMENT_MEBIBYTES);
      return start(builder, dataDir, log, config);
    } catch (IOException e) {
      throw new UncheckedIOException(NO_START, e);
    }
  }

  private static Postgres start(
      EmbeddedPostgres.Builder builder, Path dataDir, Path log, Map<String, String> config)
      throws IOException {
    config.forEach(builder::setServerConfig);
    var server =
        builder
            .setDataDirectory(dataDir)
            .setCleanDataDirectory(true)
            .setPGStartupWait(Duration.ofSeconds(30))
            .start();
    var postgres =
        new Postgres(
            server.getJdbcUrl("postgres", "postgres"), dataDir, log, server.getPort(), config);
    postgres.embedded = server;
    postgres.dieWithThisJvm();
    return postgres;
  }

  /** The pipe closes when this JVM ends, even by kill -9; then the server goes. */
  private void dieWithThisJvm() throws IOException {
    control = control();
    var script =
        "read _; %s -D '%s' -m immediate -w stop; rm -rf '%s'".formatted(control, dataDir, dataDir);
    end =
        new ProcessBuilder("sh", "-c", script)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /** It goes now, and what it kept. */
  public void end() throws IOException, InterruptedException {
    embedded.close(); // it keeps a file of it open
    end.getOutputStream().close();
    end.waitFor();
  }

  // PostgreSQL refuses to run as root; in a user namespace root is nobody.
  private String control() {
    var control = postmaster().info().command().orElseThrow().replaceFirst("postgres$", "pg_ctl");
    return "root".equals(System.getProperty("user.name")) ? "unshare -U " + control : control;
  }

  private ProcessHandle postmaster() {
    try (Stream<String> lines = Files.lines(dataDir.resolve(POSTMASTER))) {
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
    run("%s -D '%s' -m immediate -w stop".formatted(control, dataDir));
    return this::startAgain;
  }

  private void startAgain() {
    run("%s -D '%s' -o '%s' -l '%s' -w start".formatted(control, dataDir, options, log));
  }

  /**
   * Its log of writes goes on in another file. Where there is no room for one it crashes, as it
   * would when the one that it writes were full.
   */
  public void turnLogOver() {
    try {
      for (int file = 0; file < LOG_FILES_AHEAD_MAX; file++) {
        admin("select pg_logical_emit_message(true, 'muster', 'a write'), pg_switch_wal()");
      }
    } catch (IllegalStateException e) {
      // It has crashed.
    }
  }

  /** One that has ended of what befell it is started again, as a supervisor would. */
  public void awaitTaking() {
    eventually(
        "a database that takes what is written",
        () -> {
          if (!isRunning()) {
            startAgain();
          }
          database().close();
          return true;
        });
  }

  private boolean isRunning() {
    return Files.exists(dataDir.resolve(POSTMASTER)) && postmaster().isAlive();
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
