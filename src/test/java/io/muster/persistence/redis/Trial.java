package io.muster.persistence.redis;

import static io.muster.support.Eventually.eventually;

import io.muster.support.MemoryTelemetry;
import io.muster.support.RedisServer;
import java.time.Duration;
import java.util.Optional;

/** A server, our connection to it, and what was counted; times are scaled down. */
record Trial(RedisServer server, Redis redis, MemoryTelemetry telemetry) implements AutoCloseable {
  /** No use takes longer; a loaded machine is given some more. */
  static final Duration LIMIT = Duration.ofSeconds(1);

  static Trial start() {
    var trial = of(RedisServer.start());
    trial.isUp();
    return trial;
  }

  static Trial of(RedisServer server) {
    var telemetry = new MemoryTelemetry();
    var settings =
        new RedisSettings(
            Optional.of(server.url()),
            Duration.ofMillis(300),
            Duration.ofMillis(400),
            Duration.ofMillis(40),
            Duration.ofMillis(50));
    return new Trial(server, Redis.open(settings, telemetry).orElseThrow(), telemetry);
  }

  void isUp() {
    eventually("Redis is up", redis::isUp);
  }

  void isDown() {
    eventually("Redis is down", () -> !redis.isUp());
  }

  long count(String counted) {
    return telemetry.counted().stream().filter(counted::equals).count();
  }

  String read(String key) {
    return server.ask(redis -> redis.get(key));
  }

  boolean isThere(String key) {
    return read(key) != null;
  }

  long ttl(String key) {
    return server.<Long>ask(redis -> redis.ttl(key));
  }

  @Override
  public void close() {
    redis.close();
    server.close();
  }
}
