package io.muster.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.muster.actors.device.DeviceSettings;
import io.muster.actors.notify.NotificationSettings;
import io.muster.actors.room.RoomSettings;
import io.muster.actors.room.RoomType;
import io.muster.app.reporting.ErrorReports;
import io.muster.http.api.BackEndPatience;
import io.muster.http.auth.Secret;
import io.muster.http.device.WaitingRoom;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.TrustedProxies;
import io.muster.persistence.PersistenceSettings;
import io.muster.persistence.ReportSettings;
import io.muster.persistence.redis.RedisSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Everything that can be set, read once; all that is wrong is said at once. */
public record Settings(
    boolean isProduction,
    Path dataDir,
    Http http,
    Sockets sockets,
    WaitingRoom.Bounds admission,
    Secrets secrets,
    Users users,
    PersistenceSettings persistence,
    ClusterSettings cluster,
    LeavingSettings leaving,
    RoomSettings rooms,
    Realtime realtime,
    ReportSettings reports,
    DeviceSettings device,
    Renewal renewal,
    BackEnd backEnd,
    Cms cms,
    Reporting reporting,
    NotificationSettings notifications,
    RedisSettings redis,
    Pictures screenshots) {

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

  /**
   * What one client of a room on a bare WebSocket may say.
   *
   * @param frames of a document
   */
  public record Realtime(Allowance messages, Allowance frames, Optional<Application> application) {}

  /** Whoever is asked what is to become of what clients of rooms say. */
  public record Application(URI url, Secret secret) {}

  /**
   * Who says what devices show and who they are: this gateway, or the tables of a CMS.
   *
   * @param apiBaseUrl origin at which devices fetch stored files
   */
  public record Cms(
      boolean hasContent,
      Optional<String> apiBaseUrl,
      Duration contentRecheck,
      boolean hasRegistry,
      Duration registryRecheck) {}

  /**
   * When devices get a new token.
   *
   * @param expired a token that expired at most so long ago may still be renewed; zero for never
   */
  public record Renewal(Duration within, Duration cooldown, Duration expired) {}

  /**
   * @param entitlementRefresh how long a change of entitlement may go unnoticed that nobody told
   */
  public record BackEnd(BackEndPatience patience, Duration entitlementRefresh) {}

  /** Who verifies users by published keys. */
  public record Users(
      Optional<String> jwksUrl, Optional<String> issuer, Optional<String> audience) {}

  /**
   * What is told to those who watch.
   *
   * @param hasJsonLog the log is written as objects; logback.xml reads the same variable
   * @param collector base address of whoever takes spans by OTLP
   * @param organizationsMax how many organisations have labels of their own in metrics
   */
  public record Reporting(
      Optional<ErrorReports.Server> errors,
      boolean hasJsonLog,
      Optional<String> collector,
      int organizationsMax) {}

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

  /** Read by Pekko. */
  private static final Set<String> NOT_OURS = Set.of("loops");

  private static final class Reader {
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Pattern LOCAL_PAGE =
        Pattern.compile("https?://(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?");

    private final Keys keys;

    Reader(Config whole) {
      this.keys = new Keys(whole.getConfig("muster"));
    }

    Settings settings() {
      boolean isProduction = mode().equals("production");
      var dataDir = Path.of(keys.text("data-dir", "data"));
      var cluster = ClusterSettings.in(keys);
      var given = secrets(isProduction || cluster.isOneOfSeveral());
      var sockets = sockets();
      var settings =
          new Settings(
              isProduction,
              dataDir,
              http(isProduction),
              sockets,
              Door.in(keys),
              Secrets.NONE,
              users(),
              persistence(isProduction, cluster, dataDir),
              cluster,
              LeavingSettings.in(keys),
              rooms(),
              realtime(),
              reports(),
              device(sockets),
              renewal(),
              backEnd(),
              cms(isProduction),
              reporting(isProduction),
              notifications(),
              redis(),
              Pictures.in(keys, sockets.maxPayload(), isProduction));
      if (isProduction) {
        keys.complainOfUnknown(NOT_OURS);
      }
      if (!keys.complaints().isEmpty()) {
        throw new Wrong(keys.complaints());
      }
      return settings.with(given.completed(isProduction, dataDir));
    }

    private String mode() {
      var mode = keys.text("mode", "development");
      keys.require(
          List.of("development", "production").contains(mode),
          "muster.mode is development or production, was " + mode);
      return mode;
    }

    private RoomSettings rooms() {
      return new RoomSettings(
          keys.time("rooms.grace", MOMENT, WEEK),
          keys.whole("rooms.replay-max", 1, 1_000_000),
          keys.whole("rooms.replay-per-second", 100, 10_000_000),
          keys.whole("rooms.waiting-max", 1, 100_000),
          keys.whole("rooms.max-rooms", 1, 1_000_000),
          keys.time("rooms.snapshot-every", MOMENT, WEEK),
          Set.copyOf(keys.list("rooms.hosted-features")),
          new RoomType.Retention(
              keys.time("rooms.keep", MOMENT, Duration.ofDays(365)),
              keys.whole("rooms.keep-events", 1, 10_000_000),
              keys.whole("rooms.keep-bytes", 1024, Integer.MAX_VALUE)));
    }

    private Realtime realtime() {
      return new Realtime(
          Allowance.of(
              keys.whole("rooms.messages-per-second", 1, 100_000),
              keys.whole("rooms.messages-burst", 1, 100_000)),
          Allowance.of(
              keys.whole("rooms.frames-per-second", 1, 100_000),
              keys.whole("rooms.frames-burst", 1, 100_000)),
          application());
    }

    private Optional<Application> application() {
      var url = keys.text("rooms.command-url");
      var secret = keys.text("rooms.command-secret");
      keys.require(
          url.isEmpty() || url.get().matches("https?://[^/\\s]+\\S*"),
          "muster.rooms.command-url is an http or https address");
      keys.require(
          url.isPresent() == secret.isPresent(),
          "muster.rooms.command-url and muster.rooms.command-secret go together");
      secret.ifPresent(
          text ->
              keys.checked(
                  "rooms.command-secret", () -> Secret.ofWebhook(text), Secret.of("-".repeat(32))));
      return keys.complaints().isEmpty() && url.isPresent() && secret.isPresent()
          ? Optional.of(new Application(URI.create(url.get()), Secret.ofWebhook(secret.get())))
          : Optional.empty();
    }

    private Http http(boolean isProduction) {
      var proxies = keys.list("http.trusted-proxies");
      keys.checked("http.trusted-proxies", () -> TrustedProxies.of(proxies), TrustedProxies.NONE);
      return new Http(
          keys.text("http.host", ""),
          keys.whole("http.port", 0, 65_535),
          origins(isProduction),
          proxies,
          keys.text("http.cookie", ""));
    }

    /** The pages of a developer's machine are never meant elsewhere: the variable was forgotten. */
    private List<String> origins(boolean isProduction) {
      var origins = keys.list("http.cors-origin");
      keys.require(
          !isProduction || origins.stream().noneMatch(LOCAL_PAGE.asMatchPredicate()),
          "CORS_ORIGIN is missing: production needs the addresses of its dashboards, or an empty text"
              + " where there are none");
      return origins;
    }

    private Sockets sockets() {
      return new Sockets(
          keys.time("socket.ping-interval", Duration.ofMillis(50), Duration.ofSeconds(59)),
          keys.time("socket.ping-timeout", MOMENT, Duration.ofMinutes(5)),
          keys.time("socket.connect-timeout", MOMENT, Duration.ofMinutes(5)),
          keys.whole("socket.max-payload", 1024, 64 * 1024 * 1024),
          keys.whole("socket.outbound-max", 16 * 1024, 64 * 1024 * 1024),
          keys.whole("socket.strangers-per-address", 1, 1_000_000),
          keys.whole("socket.events-per-second", 1, 100_000),
          keys.whole("socket.events-burst", 1, 100_000));
    }

    private Users users() {
      var jwks = keys.text("auth.jwks-url");
      keys.require(
          jwks.isEmpty() || jwks.get().matches("https?://[^/\\s]+\\S*"),
          "muster.auth.jwks-url is an http or https address");
      return new Users(jwks, keys.text("auth.issuer"), keys.text("auth.audience"));
    }

    private Renewal renewal() {
      return new Renewal(
          keys.time("auth.renew-within", Duration.ZERO, Duration.ofDays(80)),
          keys.time("auth.renew-cooldown", Duration.ZERO, WEEK),
          keys.time("auth.renew-expired", Duration.ZERO, Duration.ofDays(365)));
    }

    private PersistenceSettings persistence(
        boolean isProduction, ClusterSettings cluster, Path dataDir) {
      var url = keys.text("database.url");
      keys.require(
          url.isPresent() || !isProduction, "DATABASE_URL is missing: production needs PostgreSQL");
      keys.require(
          url.isPresent() || isProduction || !cluster.isOneOfSeveral(),
          "DATABASE_URL is missing: several nodes share one PostgreSQL");
      // The address is not repeated, for it may hold a password.
      keys.require(
          url.isEmpty() || url.get().matches("(jdbc:postgresql:|postgres(ql)?://).*"),
          "DATABASE_URL is postgres://user:password@host:port/database or jdbc:postgresql:…");
      return new PersistenceSettings(
          url,
          dataDir,
          keys.whole("database.journal-connections", 1, 100),
          keys.whole("database.query-connections", 1, 100));
    }

    private ReportSettings reports() {
      return new ReportSettings(
          keys.whole("telemetry.waiting-max", 1_000, 10_000_000),
          keys.whole("telemetry.waiting-bytes-max", 1024 * 1024, Integer.MAX_VALUE),
          keys.whole("telemetry.batch-max", 1, 10_000),
          keys.time("telemetry.linger", Duration.ZERO, Duration.ofSeconds(10)),
          keys.time("telemetry.backoff-max", MOMENT, Duration.ofMinutes(1)),
          keys.whole("telemetry.keep-days", 1, 3_650));
    }

    /** The REST API of the CMS as it runs on a developer's machine. */
    private static final String LOCAL_API = "http://localhost:3000";

    private Cms cms(boolean isProduction) {
      boolean hasContent = isCms("content.source", "pushed");
      boolean hasRegistry = isCms("registry.source", "own");
      keys.require(
          keys.text("database.url").isPresent() || !(hasContent || hasRegistry),
          "DATABASE_URL is missing: the tables of a CMS are in PostgreSQL",
          "content.source",
          "registry.source");
      var api = keys.text("content.api-base-url");
      keys.require(
          api.isEmpty() || api.get().matches("https?://[^/\\s?#]+[^\\s?#]*"),
          "API_BASE_URL is an http or https address");
      keys.require(
          api.isPresent() || !isProduction || !hasContent,
          "API_BASE_URL is missing: devices would not find the files of the CMS");
      return new Cms(
          hasContent,
          isProduction ? api : Optional.of(api.orElse(LOCAL_API)),
          keys.time("content.recheck", MOMENT, WEEK),
          hasRegistry,
          keys.time("registry.recheck", MOMENT, WEEK));
    }

    private boolean isCms(String key, String otherwise) {
      var word = keys.text(key, otherwise);
      keys.require(
          List.of(otherwise, "cms").contains(word),
          "muster.%s is %s or cms, was %s".formatted(key, otherwise, word));
      return word.equals("cms");
    }

    private DeviceSettings device(Sockets sockets) {
      var device =
          new DeviceSettings(
              keys.time("device.silence", Duration.ofMillis(100), WEEK),
              keys.time("device.telling", MOMENT, WEEK),
              keys.time("device.grace", Duration.ofMillis(100), WEEK),
              keys.time("device.ack-timeout", MOMENT, WEEK),
              keys.whole("device.attempts", 1, 100),
              keys.time("device.backoff", MOMENT, WEEK),
              keys.time("device.backoff-max", MOMENT, WEEK),
              keys.whole("device.pending-max", 1, 10_000),
              keys.time("device.idle", Duration.ofMillis(100), WEEK));
      // A connection that is merely quiet would look gone.
      keys.require(
          device.silence().compareTo(sockets.pingInterval().plus(sockets.pingTimeout())) > 0,
          "muster.device.silence is above socket.ping-interval and socket.ping-timeout together",
          "device.silence",
          "socket.ping-interval",
          "socket.ping-timeout");
      keys.require(
          device.telling().compareTo(device.grace()) <= 0,
          "muster.device.telling is at most device.grace",
          "device.telling",
          "device.grace");
      keys.require(
          device.backoff().compareTo(device.backoffMax()) <= 0,
          "muster.device.backoff is at most device.backoff-max",
          "device.backoff",
          "device.backoff-max");
      return device;
    }

    private BackEnd backEnd() {
      // Callers give up after 5 s and 15 s; what is asked besides takes its time, too.
      return new BackEnd(
          new BackEndPatience(
              keys.time("back-end.playlist-answer", MOMENT, Duration.ofMillis(4_500)),
              keys.time("back-end.command-answer", MOMENT, Duration.ofSeconds(13)),
              keys.time("back-end.broadcast-answer", MOMENT, Duration.ofSeconds(13))),
          keys.time("back-end.entitlement-refresh", Duration.ofMillis(100), WEEK));
    }

    private Reporting reporting(boolean isProduction) {
      var dsn = keys.text("reporting.sentry-dsn");
      // The address is not repeated, for it holds a key.
      keys.require(
          dsn.isEmpty() || dsn.get().matches("https?://[^\\s/@]+@[^\\s/@]+/\\S+"),
          "SENTRY_DSN is https://key@host/project");
      var format = keys.text("reporting.log-format", "text");
      keys.require(
          List.of("text", "json").contains(format),
          "MUSTER_LOG_FORMAT is text or json, was " + format);
      var collector = keys.text("reporting.otlp-endpoint");
      keys.require(
          collector.isEmpty() || collector.get().matches("https?://[^/\\s?#]+[^\\s?#]*"),
          "OTEL_EXPORTER_OTLP_ENDPOINT is an http or https address");
      var environment = keys.text("reporting.sentry-environment");
      var serverName = keys.text("reporting.sentry-server-name");
      return new Reporting(
          dsn.map(
              d ->
                  new ErrorReports.Server(
                      d,
                      environment.orElse(isProduction ? "production" : "development"),
                      Version.TEXT,
                      serverName)),
          format.equals("json"),
          collector,
          keys.whole("reporting.organizations-max", 0, 1_000));
    }

    private NotificationSettings notifications() {
      return new NotificationSettings(
          keys.flag("notifications.enabled"),
          keys.time("notifications.interval", Duration.ofMillis(50), Duration.ofMinutes(1)),
          keys.time("notifications.remind-after", Duration.ZERO, Duration.ofDays(30)),
          keys.time("notifications.keep", Duration.ofDays(1), Duration.ofDays(3650)));
    }

    private RedisSettings redis() {
      var url = keys.text("redis.url");
      var command = keys.time("redis.command-timeout", MOMENT, Duration.ofSeconds(1));
      var connect = keys.time("redis.connect-timeout", MOMENT, Duration.ofSeconds(30));
      var pause = keys.time("redis.reconnect-max", MOMENT, Duration.ofMinutes(1));
      return keys.checked(
          "redis.url",
          () -> new RedisSettings(url, command, connect, pause, RedisSettings.PROBE_EVERY),
          new RedisSettings(Optional.empty(), command, connect, pause, RedisSettings.PROBE_EVERY));
    }

    private Secrets.Given secrets(boolean areNeeded) {
      var given =
          new Secrets.Given(
              keys.text("auth.device-secret"),
              keys.text("auth.user-secret"),
              keys.text("auth.internal-secret"),
              keys.text("auth.metrics-token"));
      given.complaints(areNeeded).forEach(keys::complain);
      return given;
    }
  }

  private Settings with(Secrets completed) {
    return new Settings(
        isProduction,
        dataDir,
        http,
        sockets,
        admission,
        completed,
        users,
        persistence,
        cluster,
        leaving,
        rooms,
        realtime,
        reports,
        device,
        renewal,
        backEnd,
        cms,
        reporting,
        notifications,
        redis,
        screenshots);
  }
}
