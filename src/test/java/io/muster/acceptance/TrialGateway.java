package io.muster.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.app.Gateway;
import io.muster.app.Settings;
import io.muster.http.auth.Role;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import io.muster.support.Eventually;
import io.muster.support.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A gateway as its users see it: an address, tokens and answers. Times are scaled down. */
final class TrialGateway implements AutoCloseable {
  static final String DEVICE_SECRET = "device-secret-of-the-acceptance-tests";
  static final String USER_SECRET = "user-secret-of-the-acceptance-tests!";
  static final String INTERNAL_SECRET = "internal-secret-of-the-acceptance-tests";
  private static final JsonNode NOTHING = MissingNode.getInstance();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static TrialGateway shared;

  private final Map<String, Object> overrides;
  private final Path dataDir;
  private Gateway gateway;

  /** An answer of REST. */
  record Said(HttpCaller.Reply reply, JsonNode json) {
    Said is(int expected) {
      if (status() != expected) {
        throw new AssertionError("expected " + expected + ", got " + status() + " " + json);
      }
      return this;
    }

    int status() {
      return reply.status();
    }

    String text(String field) {
      return json.path(field).asText();
    }

    String location() {
      return reply.header("Location").orElseThrow();
    }
  }

  private TrialGateway(Map<String, Object> changes) {
    try {
      dataDir = Files.createTempDirectory("muster-trial");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    overrides = settings(dataDir);
    overrides.putAll(changes);
    start();
  }

  static Map<String, Object> settings(Path dataDir) {
    return new HashMap<>(
        Map.ofEntries(
            Map.entry("muster.data-dir", dataDir.toString()),
            Map.entry("muster.http.host", "127.0.0.1"),
            Map.entry("muster.http.port", 0),
            Map.entry("muster.auth.device-secret", DEVICE_SECRET),
            Map.entry("muster.auth.user-secret", USER_SECRET),
            Map.entry("muster.auth.internal-secret", INTERNAL_SECRET),
            Map.entry("muster.device.telling", "400ms"),
            Map.entry("muster.device.grace", "3s"),
            Map.entry("muster.device.ack-timeout", "600ms"),
            Map.entry("muster.device.backoff", "100ms"),
            Map.entry("muster.device.backoff-max", "400ms"),
            Map.entry("muster.device.attempts", 3)));
  }

  static TrialGateway start(Map<String, Object> changes) {
    return new TrialGateway(changes);
  }

  /** One for all tests that need nothing special; every test has devices and tenants of its own. */
  static synchronized TrialGateway shared() {
    if (shared == null) {
      shared = new TrialGateway(Map.of());
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
    }
    return shared;
  }

  private void start() {
    try {
      gateway = Gateway.start(Settings.read(overrides));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    overrides.put("muster.http.port", gateway.port()); // the same after a restart
    Eventually.eventually("ready", () -> get("/health/ready", "").status() == 200);
  }

  void stop() {
    gateway.close();
  }

  void startAgain() {
    start();
  }

  int port() {
    return (int) overrides.get("muster.http.port");
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** A name that no other test uses. */
  static String fresh(String word) {
    return word + "-" + NAMES.incrementAndGet();
  }

  // ── tokens ──

  static String user(String org, Role role) {
    return new TokenMint(Secret.of(USER_SECRET), Clock.systemUTC())
        .user("ada", new OrgId(org), role, Optional.empty(), Duration.ofHours(1))
        .token();
  }

  /**
   * As somebody outside would sign it: who has the secret may enrol devices. Far enough from its
   * end to be left alone.
   */
  static String device(String org, String id) {
    return device(org, id, Duration.ofDays(90));
  }

  static String device(String org, String id, Duration life) {
    return new TokenMint(Secret.of(DEVICE_SECRET), Clock.systemUTC())
        .device(new DeviceId(id), new OrgId(org), Optional.empty(), life)
        .token();
  }

  // ── REST ──

  Said get(String path, String token) {
    return call("GET", path, token, "");
  }

  Said delete(String path, String token) {
    return call("DELETE", path, token, "");
  }

  Said post(String path, String token, String body, String... headers) {
    return call("POST", path, token, body, headers);
  }

  /** As the back end does it, with the key that it shares with us. */
  Said internal(String path, String body) {
    return post(path, "", body, "x-internal-api-key", INTERNAL_SECRET);
  }

  /**
   * @param body with single quotes for double ones
   */
  Said call(String method, String path, String token, String body, String... headers) {
    return said(url(), method, path, token, body, headers);
  }

  static Said said(
      String url, String method, String path, String token, String body, String... headers) {
    var caller = HttpCaller.of(url);
    if (!token.isEmpty()) {
      caller = caller.bearing(token);
    }
    for (int i = 0; i < headers.length; i += 2) {
      caller = caller.with(headers[i], headers[i + 1]);
    }
    var reply =
        caller.send(
            method, path, body.isEmpty() ? Optional.empty() : Optional.of(body.replace('\'', '"')));
    return new Said(reply, reply.body().isEmpty() ? NOTHING : reply.json());
  }

  /** An accepted command's path. */
  String command(String org, String device, String body) {
    return post("/api/v1/devices/" + device + "/commands", user(org, Role.OPERATOR), body)
        .is(202)
        .location();
  }

  /** Waits until the command is so, and returns it. */
  JsonNode commandIs(String org, String path, String state) {
    var viewer = user(org, Role.VIEWER);
    var last = new JsonNode[1];
    try {
      Eventually.eventually(
          "the command is " + state,
          () -> {
            last[0] = get(path, viewer).json();
            return last[0].path("state").asText().equals(state);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ", it is " + last[0], e);
    }
    return last[0];
  }

  @Override
  public void close() {
    stop();
    try (var files = Files.walk(dataDir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
