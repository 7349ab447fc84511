package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.app.Gateway;
import io.muster.app.Settings;
import io.muster.http.auth.Role;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole gateway in this process, on a free port of loopback, as {@code muster serve} would start
 * it. One per test class; can be stopped and started again on what it has stored.
 */
public final class TestGateway implements AutoCloseable {
  private final Settings settings;
  private final AutoCloseable leftovers;
  private Gateway gateway;

  private TestGateway(Map<String, Object> overrides, AutoCloseable leftovers) {
    this.settings = Settings.read(overrides);
    this.leftovers = leftovers;
    open();
  }

  /** On an embedded store in a directory of its own. */
  public static TestGateway embedded() {
    return embedded(Map.of());
  }

  /**
   * @param overrides full paths of settings, such as {@code muster.device.grace}
   */
  public static TestGateway embedded(Map<String, ?> overrides) {
    var dir = directory();
    return new TestGateway(with(overrides, dir, ""), () -> delete(dir));
  }

  /** On a fresh database of the test server. */
  public static TestGateway postgres(Map<String, ?> overrides) {
    var dir = directory();
    var database = Postgres.shared().database();
    return new TestGateway(
        with(overrides, dir, database.url()),
        () -> {
          database.close();
          delete(dir);
        });
  }

  /** One of several that share a database and a directory; those are not its own to delete. */
  static TestGateway member(Map<String, ?> overrides, Path dir, String database) {
    var all = with(overrides, dir, database);
    for (var secret : List.of("device-secret", "user-secret", "internal-secret")) {
      all.putIfAbsent("muster.auth." + secret, secret + " of all the nodes of a test");
    }
    return new TestGateway(all, () -> {});
  }

  private static Map<String, Object> with(Map<String, ?> overrides, Path dir, String database) {
    var all = new HashMap<String, Object>();
    all.put("muster.mode", "development");
    all.put("muster.data-dir", dir.toString());
    all.put("muster.database.url", database);
    all.put("muster.http.host", "127.0.0.1");
    all.put("muster.http.port", 0);
    all.putAll(overrides);
    return all;
  }

  private void open() {
    try {
      gateway = Gateway.start(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As SIGTERM would; does nothing when it is stopped. */
  public void stop() {
    if (gateway != null) {
      gateway.close();
      gateway = null;
    }
  }

  /** Stops it and starts another one on the same store, on a port of its own. */
  public void restart() {
    stop();
    open();
  }

  public Settings settings() {
    return settings;
  }

  public int port() {
    return gateway.port();
  }

  /** Without a slash at its end. */
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  // ── who speaks to it ──

  public String userToken(String org, Role role) {
    return users().user(role.word(), new OrgId(org), role, Optional.empty(), HOUR).token();
  }

  /** Signed as elsewhere: the gateway knows it by its signature only. */
  public String deviceToken(String org, String id) {
    return devices()
        .device(new DeviceId(id), new OrgId(org), Optional.empty(), TokenMint.DEVICE_LIFE)
        .token();
  }

  public TokenMint users() {
    return new TokenMint(Secret.of(settings.secrets().user()), Clock.systemUTC());
  }

  public TokenMint devices() {
    return new TokenMint(Secret.of(settings.secrets().device()), Clock.systemUTC());
  }

  public HttpCaller anonymous() {
    return HttpCaller.of(url());
  }

  public HttpCaller as(String org, Role role) {
    return anonymous().bearing(userToken(org, role));
  }

  public HttpCaller viewer(String org) {
    return as(org, Role.VIEWER);
  }

  public HttpCaller operator(String org) {
    return as(org, Role.OPERATOR);
  }

  public HttpCaller admin(String org) {
    return as(org, Role.ADMIN);
  }

  @Override
  public void close() {
    stop();
    try {
      leftovers.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  // ── plumbing ──

  private static final Duration HOUR = Duration.ofHours(1);

  static Path directory() {
    try {
      return Files.createTempDirectory("muster-test-gateway");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void delete(Path dir) throws IOException {
    try (var files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
