package io.muster.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SettingsTest {
  private static final String SECRET = "0123456789012345678901234567890123456789";

  @TempDir Path dataDir;

  private Settings read(Map<String, Object> changes) {
    var all = new HashMap<String, Object>(Map.of("muster.data-dir", dataDir.toString()));
    all.putAll(changes);
    return Settings.read(all);
  }

  private static final String NO_ORIGIN =
      "CORS_ORIGIN is missing: production needs the addresses of its dashboards, or an empty text"
          + " where there are none";

  private List<String> complaints(Map<String, Object> changes) {
    var wrong = assertThrows(Settings.Wrong.class, () -> read(changes));
    return wrong.getMessage().lines().toList();
  }

  private static Map<String, Object> production(Map<String, Object> changes) {
    var all =
        new HashMap<String, Object>(
            Map.of(
                "muster.mode",
                "production",
                "muster.database.url",
                "postgres://db/muster",
                "muster.auth.device-secret",
                SECRET,
                "muster.auth.user-secret",
                SECRET,
                "muster.auth.internal-secret",
                SECRET,
                "muster.content.api-base-url",
                "https://api.example",
                "muster.http.cors-origin",
                "https://screens.example",
                "muster.reporting.sentry-dsn",
                "https://key@errors.example/1",
                "muster.screenshots.s3.access-key",
                "key",
                "muster.screenshots.s3.secret-key",
                SECRET));
    all.putAll(changes);
    return all;
  }

  // formatter:off
  /** Another value for every key of {@code application.conf}; the test below finds one that is missing. */
  private static final Map<String, Object> OTHERS =
      Map.ofEntries(
          Map.entry("mode",                          "production"),
          Map.entry("data-dir",                      "elsewhere"),
          Map.entry("http.host",                     "127.0.0.9"),
          Map.entry("http.port",                     4711),
          Map.entry("http.cors-origin",              "https://fleet.example"),
          Map.entry("http.trusted-proxies",          "10.0.0.0/8"),
          Map.entry("http.cookie",                   "other"),
          Map.entry("socket.ping-interval",          "7s"),
          Map.entry("socket.ping-timeout",           "7s"),
          Map.entry("socket.connect-timeout",        "7s"),
          Map.entry("socket.max-payload",            3_000_000),
          Map.entry("socket.outbound-max",           70_000),
          Map.entry("socket.strangers-per-address",  7),
          Map.entry("admission.joining-max",         7),
          Map.entry("admission.waiting-max",         7),
          Map.entry("admission.patience",            "7s"),
          Map.entry("socket.events-per-second",      7),
          Map.entry("socket.events-burst",           7),
          Map.entry("auth.device-secret",            SECRET + "d"),
          Map.entry("auth.user-secret",              SECRET + "u"),
          Map.entry("auth.internal-secret",          SECRET + "i"),
          Map.entry("auth.metrics-token",            "scrape"),
          Map.entry("auth.jwks-url",                 "https://issuer.example/keys"),
          Map.entry("auth.issuer",                   "https://issuer.example"),
          Map.entry("auth.audience",                 "muster"),
          Map.entry("auth.renew-within",             "7d"),
          Map.entry("auth.renew-cooldown",           "7m"),
          Map.entry("auth.renew-expired",            "7d"),
          Map.entry("database.url",                  "postgres://other/muster"),
          Map.entry("database.journal-connections",  7),
          Map.entry("database.query-connections",    7),
          Map.entry("cluster.node",                  "north"),
          Map.entry("cluster.host",                  "10.0.0.7"),
          Map.entry("cluster.port",                  4711),
          Map.entry("cluster.bind-host",             "0.0.0.0"),
          Map.entry("cluster.bind-port",             4711),
          Map.entry("cluster.seeds",                 "127.0.0.2:4711, localhost:4711"),
          Map.entry("cluster.tls.certificate",       "pom.xml"),
          Map.entry("cluster.tls.key",               "pom.xml"),
          Map.entry("cluster.tls.ca",                "pom.xml"),
          Map.entry("cluster.stable-after",          "7s"),
          Map.entry("leaving.per-second",            7),
          Map.entry("leaving.spread-max",            "7s"),
          Map.entry("rooms.grace",                   "7m"),
          Map.entry("rooms.replay-max",              7),
          Map.entry("rooms.waiting-max",             7),
          Map.entry("rooms.hosted-features",         "users"),
          Map.entry("rooms.keep",                    "7s"),
          Map.entry("rooms.command-url",             "https://application.example/other"),
          Map.entry("rooms.command-secret",          "whsec_" + "B".repeat(40)),
          Map.entry("rooms.replay-per-second",       777),
          Map.entry("rooms.max-rooms",               7),
          Map.entry("rooms.snapshot-every",          "7s"),
          Map.entry("rooms.keep-events",             7),
          Map.entry("rooms.keep-bytes",              7777),
          Map.entry("rooms.messages-per-second",     7),
          Map.entry("rooms.messages-burst",          7),
          Map.entry("rooms.frames-per-second",       7),
          Map.entry("rooms.frames-burst",            7),
          Map.entry("telemetry.waiting-max",         7_000),
          Map.entry("telemetry.waiting-bytes-max",   7_000_000),
          Map.entry("telemetry.batch-max",           7),
          Map.entry("telemetry.linger",              "7ms"),
          Map.entry("telemetry.backoff-max",         "7s"),
          Map.entry("telemetry.keep-days",           7),
          Map.entry("content.source",                "cms"),
          Map.entry("content.api-base-url",          "https://other.example"),
          Map.entry("content.recheck",               "7s"),
          Map.entry("registry.source",               "cms"),
          Map.entry("registry.recheck",              "7s"),
          Map.entry("device.silence",                "70s"),
          Map.entry("device.telling",                "7s"),
          Map.entry("device.grace",                  "70s"),
          Map.entry("device.ack-timeout",            "7s"),
          Map.entry("device.attempts",               7),
          Map.entry("device.backoff",                "7s"),
          Map.entry("device.backoff-max",            "70s"),
          Map.entry("device.pending-max",            7),
          Map.entry("device.idle",                   "7s"),
          Map.entry("back-end.playlist-answer",      "1s"),
          Map.entry("back-end.command-answer",       "1s"),
          Map.entry("back-end.broadcast-answer",     "1s"),
          Map.entry("back-end.entitlement-refresh",  "7s"),
          Map.entry("reporting.log-format",          "json"),
          Map.entry("reporting.sentry-dsn",          "https://other@errors.example/7"),
          Map.entry("reporting.sentry-environment",  "staging"),
          Map.entry("reporting.otlp-endpoint",     "https://collector:4318"),
          Map.entry("reporting.sentry-server-name",  "east-1"),
          Map.entry("reporting.organizations-max",   7),
          Map.entry("notifications.enabled",         false),
          Map.entry("notifications.interval",        "7s"),
          Map.entry("notifications.remind-after",    "7h"),
          Map.entry("notifications.keep",            "7d"),
          Map.entry("redis.url",                     "redis://other:6379"),
          Map.entry("redis.command-timeout",         "70ms"),
          Map.entry("redis.connect-timeout",         "7s"),
          Map.entry("redis.reconnect-max",           "7s"),
          Map.entry("screenshots.store",             "s3"),
          Map.entry("screenshots.public-url",        "https://fleet.example"),
          Map.entry("screenshots.image-max",         70_000),
          Map.entry("screenshots.upload-max",        70_000),
          Map.entry("screenshots.pixels-max",        70_000),
          Map.entry("screenshots.url-life",          "7s"),
          Map.entry("screenshots.upload-life",       "7s"),
          Map.entry("screenshots.keep",              7),
          Map.entry("screenshots.in-flight-max",     70_000_000),
          Map.entry("screenshots.s3.endpoint",       "https://s3.example"),
          Map.entry("screenshots.s3.public-endpoint", "https://files.example"),
          Map.entry("screenshots.s3.access-key",     "other"),
          Map.entry("screenshots.s3.secret-key",     "other"),
          Map.entry("screenshots.s3.bucket",         "other"),
          Map.entry("screenshots.s3.region",         "eu-central-1"),
          Map.entry("screenshots.s3.patience",       "7s"));
  // formatter:on

  /** As the file has them, optional ones included. */
  static Set<String> keys() {
    var keys = new TreeSet<String>();
    collect(
        ConfigFactory.parseResources(
                "application.conf", ConfigParseOptions.defaults().setAllowMissing(false))
            .root()
            .get("muster"),
        List.of(),
        keys);
    return keys;
  }

  private static void collect(
      com.typesafe.config.ConfigValue value, List<String> path, Set<String> into) {
    if (value instanceof com.typesafe.config.ConfigObject object) {
      for (var key : object.keySet()) {
        var longer = new ArrayList<>(path);
        longer.add(key);
        collect(object.get(key), longer, into);
      }
    } else {
      into.add(ConfigUtil.joinPath(path));
    }
  }

  static Stream<String> ours() {
    return keys().stream().filter(key -> !key.startsWith("loops."));
  }

  @Nested
  class Every_key_of_the_file {
    private static final Map<String, Settings> BASES = new HashMap<>();

    @TempDir private static Path shared;

    @ParameterizedTest
    @MethodSource("io.muster.app.SettingsTest#ours")
    void changes_the_settings(String key) {
      assertTrue(OTHERS.containsKey(key), "give it another value in this test");
      var base = key.equals("mode") ? "development" : "production";
      var changed = as(base);
      changed.put("muster." + key, OTHERS.get(key));
      assertNotEquals(
          BASES.computeIfAbsent(base, _ -> Settings.read(as(base))), Settings.read(changed));
    }

    /** One directory for all: in production nothing is written, and development writes once. */
    private static Map<String, Object> as(String mode) {
      var base = production(Map.of("muster.data-dir", shared.toString(), "muster.mode", mode));
      for (String file : List.of("certificate", "key", "ca")) {
        base.put("muster.cluster.tls." + file, "README.md");
      }
      base.put("muster.rooms.command-url", "https://application.example/commands");
      base.put("muster.rooms.command-secret", "whsec_" + "A".repeat(40));
      return base;
    }

    @Test
    void has_its_place_in_this_test_and_no_other_has() {
      assertEquals(new TreeSet<>(OTHERS.keySet()), new TreeSet<>(ours().toList()));
    }
  }

  @Nested
  class In_production {
    @Test
    void what_is_missing_is_told_all_at_once() {
      assertEquals(
          List.of(
              "DEVICE_JWT_SECRET is missing",
              "JWT_SECRET is missing",
              "INTERNAL_API_SECRET is missing",
              NO_ORIGIN,
              "DATABASE_URL is missing: production needs PostgreSQL"),
          complaints(Map.of("muster.mode", "production")));
    }

    @Test
    void whatever_is_wrong_is_told_together() {
      var told =
          complaints(
              production(
                  Map.of(
                      "muster.auth.user-secret", "short",
                      "muster.http.port", 70_000,
                      "muster.http.trusted-proxies", "10.0.0.0/8, nowhere",
                      "muster.device.silence", "soon",
                      "muster.device.pending-max", 0,
                      "muster.devise.grace", "1s",
                      "muster.database.url", "mysql://db")));
      assertEquals(7, told.size(), told::toString);
      assertTrue(told.contains("JWT_SECRET must have at least 32 characters"));
      assertTrue(told.contains("muster.http.port must be 0 to 65535, was 70000"));
      assertTrue(told.contains("muster.device.pending-max must be 1 to 10000, was 0"));
      assertTrue(told.contains("muster.device.silence must be 100ms to 7d; it cannot be read"));
      assertTrue(told.contains("muster.devise.grace is not a setting"));
      assertTrue(told.toString().contains("nowhere"));
      assertTrue(told.toString().contains("DATABASE_URL is postgres://"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"muster.nonsense", "muster.http.prot", "muster.socket.new.deep"})
    void a_key_that_is_none_of_ours_is_refused(String key) {
      assertEquals(List.of(key + " is not a setting"), complaints(production(Map.of(key, 1))));
    }

    @Test
    void no_secret_is_made_up_and_nothing_is_written() {
      assertThrows(Settings.Wrong.class, () -> read(Map.of("muster.mode", "production")));
      assertEquals(0, dataDir.toFile().list().length);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"http://localhost:3001", "https://fleet.example, http://127.0.0.1:3001"})
    void rule_70_pages_of_a_developers_machine_are_not_fallen_back_to(String origins) {
      assertEquals(
          List.of(NO_ORIGIN), complaints(production(Map.of("muster.http.cors-origin", origins))));
      assertEquals(
          List.of(), read(production(Map.of("muster.http.cors-origin", ""))).http().corsOrigins());
    }

    @Test
    void a_value_in_the_wrong_place_is_not_repeated() {
      var told = complaints(production(Map.of("muster.http.port", SECRET)));
      assertTrue(!told.toString().contains(SECRET), told::toString);
    }
  }

  @Nested
  class One_of_several_nodes {
    private static final String SEEDS = "muster.cluster.seeds";

    @Test
    void shares_its_store_and_its_secrets_in_development_too() {
      assertEquals(
          List.of(
              "DEVICE_JWT_SECRET is missing",
              "JWT_SECRET is missing",
              "INTERNAL_API_SECRET is missing",
              "DATABASE_URL is missing: several nodes share one PostgreSQL"),
          complaints(Map.of(SEEDS, "localhost:4711, 127.0.0.2:4712")));
    }

    @Test
    void can_be_reached_by_those_on_other_machines() {
      assertEquals(
          List.of(
              "MUSTER_CLUSTER_HOST is loopback: nodes on other machines could not reach this one"),
          complaints(production(Map.of(SEEDS, "north:4711,south:4711"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"north", "north:port", "pekko://muster@north:4711", "north:4711;south"})
    void is_told_its_seeds_as_host_and_port(String seeds) {
      assertEquals(
          List.of("MUSTER_CLUSTER_SEEDS is a comma list of host:port"),
          complaints(production(Map.of(SEEDS, seeds, "muster.cluster.host", "10.0.0.7"))));
    }
  }

  @Nested
  class Nodes_that_prove_themselves {
    @Test
    void need_all_three_files() {
      assertEquals(
          List.of("MUSTER_CLUSTER_TLS_CERTIFICATE, _KEY and _CA belong together"),
          complaints(production(Map.of("muster.cluster.tls.ca", "pom.xml"))));
    }

    @Test
    void need_files_that_are_there() {
      var files = new HashMap<String, Object>();
      for (String part : List.of("certificate", "key", "ca")) {
        files.put("muster.cluster.tls." + part, "nowhere/" + part);
      }
      assertEquals(
          List.of(
              "nowhere/certificate cannot be read",
              "nowhere/key cannot be read",
              "nowhere/ca cannot be read"),
          complaints(production(files)));
    }
  }

  @Nested
  class Beside_a_cms {
    @Test
    void rule_46_production_needs_the_address_of_its_files() {
      assertEquals(
          List.of("API_BASE_URL is missing: devices would not find the files of the CMS"),
          complaints(
              production(
                  Map.of("muster.content.source", "cms", "muster.content.api-base-url", ""))));
    }

    @Test
    void development_finds_them_on_the_same_machine() {
      assertEquals(Optional.of("http://localhost:3000"), read(Map.of()).cms().apiBaseUrl());
    }

    @ParameterizedTest
    @ValueSource(strings = {"content", "registry"})
    void there_is_a_postgresql(String section) {
      assertEquals(
          List.of("DATABASE_URL is missing: the tables of a CMS are in PostgreSQL"),
          complaints(Map.of("muster." + section + ".source", "cms")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"api.example", "ftp://api.example", "https://api.example?x"})
    void its_address_is_one(String url) {
      assertEquals(
          List.of("API_BASE_URL is an http or https address"),
          complaints(Map.of("muster.content.api-base-url", url)));
    }

    @Test
    void other_sources_are_refused() {
      assertEquals(
          List.of(
              "muster.content.source is pushed or cms, was own",
              "muster.registry.source is own or cms, was pushed"),
          complaints(Map.of("muster.content.source", "own", "muster.registry.source", "pushed")));
    }
  }

  @Nested
  class In_development {
    @Test
    void missing_secrets_are_made_once_and_kept() {
      var first = read(Map.of()).secrets();
      assertEquals(first, read(Map.of()).secrets());
      assertNotEquals(first.device(), first.user());
    }

    @Test
    void a_damaged_file_of_secrets_is_told_and_left_alone() throws Exception {
      var file = dataDir.resolve("secrets.properties");
      Files.writeString(file, "JWT_SECRET=" + SECRET + "\n");
      var complaint = assertThrows(Complaint.class, () -> read(Map.of()));
      assertTrue(complaint.getMessage().contains("DEVICE_JWT_SECRET"), complaint::getMessage);
      assertEquals("JWT_SECRET=" + SECRET + "\n", Files.readString(file));
    }

    @Test
    void a_key_that_is_none_of_ours_is_passed_over() {
      read(Map.of("muster.nonsense", 1));
    }
  }

  @Nested
  class Limits_that_belong_together {
    @Test
    void silence_is_longer_than_a_quiet_connection_lasts() {
      assertEquals(
          List.of(
              "muster.device.silence is above socket.ping-interval and socket.ping-timeout together"),
          complaints(Map.of("muster.device.silence", "45s")));
    }

    @Test
    void people_are_told_missing_before_they_are_told_offline() {
      assertEquals(
          List.of("muster.device.telling is at most device.grace"),
          complaints(Map.of("muster.device.telling", "3m")));
    }

    @Test
    void a_full_size_screenshot_fits_the_packet_that_carries_it() {
      assertEquals(
          List.of(
              "muster.screenshots.image-max, as base64 in its packet, is within socket.max-payload"),
          complaints(Map.of("muster.socket.max-payload", 1_900_000)));
    }

    @Test
    void one_screenshot_at_least_may_be_under_way() {
      assertEquals(
          List.of(
              "muster.screenshots.in-flight-max has room for one picture of screenshots.image-max"),
          complaints(Map.of("muster.screenshots.in-flight-max", 3_000_000)));
    }

    @Test
    void an_s3_needs_its_keys_and_an_address() {
      assertEquals(
          List.of(
              "MINIO_ENDPOINT is host:port or an http or https address without a path",
              "MINIO_ACCESS_KEY or MINIO_SECRET_KEY is missing",
              "MINIO_BUCKET is 3 to 63 of a-z 0-9 . - and begins with a letter or digit"),
          complaints(
              Map.of(
                  "muster.screenshots.store", "s3",
                  "muster.screenshots.s3.endpoint", "http://host/path",
                  "muster.screenshots.s3.bucket", "No")));
    }

    @Test
    void a_back_off_does_not_begin_above_its_end() {
      assertEquals(
          List.of("muster.device.backoff is at most device.backoff-max"),
          complaints(Map.of("muster.device.backoff", "6m")));
    }
  }
}
