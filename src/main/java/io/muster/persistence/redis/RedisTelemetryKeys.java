package io.muster.persistence.redis;

import io.lettuce.core.ScriptOutputType;
import io.muster.actors.DeviceId;
import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.RedisUse;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/**
 * Keys that tools read: what a device has shown, what went wrong. Hints: nothing is awaited, and
 * what Redis does not take in time is dropped and counted.
 */
public final class RedisTelemetryKeys {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /**
   * Readers want one text with a JSON array, and two nodes may add to it at once. So a list beside
   * it is the truth, and the text is made of it in the same step, without reading any JSON.
   */
  private static final String ADD_ERROR =
      """
      redis.call('RPUSH', KEYS[2], ARGV[1])
      redis.call('LTRIM', KEYS[2], -10, -1)
      redis.call('EXPIRE', KEYS[2], ARGV[2])
      local all = redis.call('LRANGE', KEYS[2], 0, -1)
      redis.call('SET', KEYS[1], '[' .. table.concat(all, ',') .. ']', 'EX', ARGV[2])
      return #all
      """;

  private final Redis redis;
  private final Telemetry telemetry;

  public RedisTelemetryKeys(Redis redis, Telemetry telemetry) {
    this.redis = redis;
    this.telemetry = telemetry;
  }

  /**
   * Counts one more impression of the day.
   *
   * @param day in UTC
   */
  public void shown(DeviceId id, LocalDate day) {
    var key = "stats:device:%s:impressions:%s".formatted(id, day);
    redis.tell(RedisUse.TELEMETRY, List.of(new Write.Increment(key), new Write.Expire(key, DAY)));
  }

  /**
   * Adds to the last ten.
   *
   * @param error one JSON object, as readers shall see it
   */
  public void failed(DeviceId id, String error) {
    var key = "errors:device:" + id;
    String[] keys = {key, key + ":list"};
    redis
        .ask(
            RedisUse.TELEMETRY,
            commands ->
                commands.<Long>eval(
                    ADD_ERROR,
                    ScriptOutputType.INTEGER,
                    keys,
                    error,
                    Long.toString(HOUR.toSeconds())))
        .exceptionally(
            _ -> {
              telemetry.redisDropped(RedisUse.TELEMETRY, 1);
              return 0L;
            });
  }
}
