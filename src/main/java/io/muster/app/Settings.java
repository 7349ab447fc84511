package io.muster.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.muster.actors.device.DeviceSettings;
import io.muster.persistence.PersistenceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Everything that can be set, read once; all that is wrong is said at once. */
public record Settings(
    boolean isProduction,
    Path dataDir,
    Http http,
    Sockets sockets,
    Secrets secrets,
    Users users,
    PersistenceSettings persistence,
    DeviceSettings device) {

  /**
   * @param corsOrigins who may use a cookie from a browser
   */
  public record Http(
      String host,
      int port,
      List<String> corsOrigins,
      List<String> trustedProxies,
      String cookie) {}

  public record Sockets(
      Duration pingInterval,
      Duration pingTimeout,
      Duration connectTimeout,
      int maxPayload,
      int outboundMax,
      int strangersPerAddress,
      int eventsPerSecond,
      int eventsBurst) {}

  /** Who verifies users by published keys. */
  public record Users(
      Optional<String> jwksUrl, Optional<String> issuer, Optional<String> audience) {}

  /** What keeps this gateway from starting, all of it. */
  public static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1;

    Wrong(List<String> complaints) {
      super(String.join("\n", complaints));
    }
  }

  /**
   * @param overrides of the command line, over the environment, over the defaults; full paths as
   *     keys
   */
  public static Settings read(Map<String, Object> overrides) {
    return new Reader(config(overrides)).settings();
  }

  static Config config(Map<String, Object> overrides) {
    ConfigFactory.invalidateCaches();
    return ConfigFactory.parseMap(overrides).withFallback(ConfigFactory.load());
  }

  private static final class Reader {
    private final Config config;
    private final List<String> complaints = new ArrayList<>();

    Reader(Config whole) {
      this.config = whole.getConfig("muster");
    }

    Settings settings() {
      boolean isProduction = mode().equals("production");
      var dataDir = Path.of(config.getString("data-dir"));
      var settings =
          new Settings(
              isProduction,
              dataDir,
              new Http(
                  config.getString("http.host"),
                  whole("http.port", 0, 65_535),
                  list("http.cors-origin"),
                  list("http.trusted-proxies"),
                  config.getString("http.cookie")),
              sockets(),
              secrets(isProduction, dataDir),
              new Users(text("auth.jwks-url"), text("auth.issuer"), text("auth.audience")),
              checked(
                  () ->
                      new PersistenceSettings(
                          text("database.url"),
                          dataDir,
                          whole("database.journal-connections", 1, 100),
                          whole("database.query-connections", 1, 100)),
                  PersistenceSettings.of(Optional.empty(), dataDir)),
              device());
      if (isProduction && settings.persistence().databaseUrl().isEmpty()) {
        complaints.add("DATABASE_URL is missing: production needs PostgreSQL");
      }
      if (!complaints.isEmpty()) {
        throw new Wrong(complaints);
      }
      return settings;
    }

    private String mode() {
      var mode = config.getString("mode");
      if (!List.of("development", "production").contains(mode)) {
        complaints.add("MUSTER_MODE is development or production, was " + mode);
      }
      return mode;
    }

    private Sockets sockets() {
      return new Sockets(
          time("socket.ping-interval", Duration.ofMillis(50), Duration.ofSeconds(59)),
          time("socket.ping-timeout", Duration.ofMillis(10), Duration.ofMinutes(5)),
          time("socket.connect-timeout", Duration.ofMillis(10), Duration.ofMinutes(5)),
          whole("socket.max-payload", 1024, 64 * 1024 * 1024),
          whole("socket.outbound-max", 16 * 1024, 64 * 1024 * 1024),
          whole("socket.strangers-per-address", 1, 1_000_000),
          whole("socket.events-per-second", 1, 100_000),
          whole("socket.events-burst", 1, 100_000));
    }

    private DeviceSettings device() {
      var max = Duration.ofDays(7);
      var silence = time("device.silence", Duration.ofMillis(100), max);
      var telling = time("device.telling", Duration.ofMillis(10), max);
      var grace = time("device.grace", Duration.ofMillis(100), max);
      return new DeviceSettings(
          silence,
          telling,
          grace,
          time("device.ack-timeout", Duration.ofMillis(10), max),
          whole("device.attempts", 1, 100),
          time("device.backoff", Duration.ofMillis(10), max),
          time("device.backoff-max", Duration.ofMillis(10), max),
          whole("device.pending-max", 1, 10_000),
          time("device.idle", Duration.ofMillis(100), max));
    }

    private Secrets secrets(boolean isProduction, Path dataDir) {
      var given =
          new Secrets.Given(
              text("auth.device-secret"),
              text("auth.user-secret"),
              text("auth.internal-secret"),
              text("auth.metrics-token"));
      complaints.addAll(given.complaints(isProduction));
      return complaints.isEmpty() ? given.completed(isProduction, dataDir) : Secrets.NONE;
    }

    private Optional<String> text(String path) {
      return config.hasPath(path) && !config.getString(path).isBlank()
          ? Optional.of(config.getString(path))
          : Optional.empty();
    }

    private List<String> list(String path) {
      return Arrays.stream(config.getString(path).split(","))
          .map(String::strip)
          .filter(item -> !item.isEmpty())
          .toList();
    }

    private int whole(String path, int min, int max) {
      return checked(
          () -> {
            int value = config.getInt(path);
            if (value < min || value > max) {
              throw new IllegalArgumentException(
                  "muster.%s is %d to %d, was %d".formatted(path, min, max, value));
            }
            return value;
          },
          min);
    }

    private Duration time(String path, Duration min, Duration max) {
      return checked(
          () -> {
            var value = config.getDuration(path);
            if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
              throw new IllegalArgumentException(
                  "muster.%s is %d ms to %d ms, was %d ms"
                      .formatted(path, min.toMillis(), max.toMillis(), value.toMillis()));
            }
            return value;
          },
          min);
    }

    private <T> T checked(Supplier<T> read, T otherwise) {
      try {
        return read.get();
      } catch (ConfigException | IllegalArgumentException e) {
        complaints.add(e.getMessage());
        return otherwise;
      }
    }
  }
}
