package io.muster.persistence.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where Redis is and how long anybody waits for it.
 *
 * @param url {@code redis://} or {@code rediss://}; without one there is no Redis
 * @param commandTimeout of every use, at most a second: others wait for the answer
 * @param connectTimeout until a connection is open and has been greeted
 * @param reconnectMax the longest pause between two attempts to connect; they never end
 * @param probeEvery how often it is asked whether it is there
 */
public record RedisSettings(
    Optional<String> url,
    Duration commandTimeout,
    Duration connectTimeout,
    Duration reconnectMax,
    Duration probeEvery) {

  /** A peer that has gone silent is noticed within this and the time of one use. */
  public static final Duration PROBE_EVERY = Duration.ofSeconds(1);

  private static final Duration USE_MAX = Duration.ofSeconds(1);

  /**
   * @throws IllegalArgumentException for an address of another form, which is not repeated, because
   *     it may hold a password
   */
  public RedisSettings {
    url.ifPresent(RedisSettings::uri);
    if (commandTimeout.compareTo(USE_MAX) > 0) {
      throw new IllegalArgumentException("a use of Redis takes at most a second");
    }
  }

  static RedisURI uri(String url) {
    if (!url.startsWith("redis://") && !url.startsWith("rediss://")) {
      throw new IllegalArgumentException("expected redis://… or rediss://…");
    }
    try {
      return RedisURI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected redis://user:password@host:port/number");
    }
  }

  @Override
  public String toString() {
    return "RedisSettings(%s)".formatted(url.map(_ -> "url hidden").orElse("none"));
  }
}
