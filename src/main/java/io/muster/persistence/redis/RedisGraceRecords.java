package io.muster.persistence.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.DeviceId;
import io.muster.actors.GraceRecords;
import io.muster.actors.Telemetry.RedisUse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records that the REST back end reads too, in its format. One that cannot be read is none; a
 * Redis that cannot be asked is an error, never the answer that there is none.
 */
public final class RedisGraceRecords implements GraceRecords {
  private static final Logger log = LoggerFactory.getLogger(RedisGraceRecords.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration LIFE_MIN = Duration.ofSeconds(60);
  private static final Duration LIFE_MAX = Duration.ofDays(90);

  private final Redis redis;

  public RedisGraceRecords(Redis redis) {
    this.redis = redis;
  }

  @Override
  public void keep(DeviceId id, Grace grace, Duration life) {
    redis.tell(
        RedisUse.GRACE,
        List.of(new Write.Set("device:token:grace:" + id, text(grace), bound(life))));
  }

  private static Duration bound(Duration life) {
    if (life.compareTo(LIFE_MIN) < 0) {
      return LIFE_MIN;
    }
    return life.compareTo(LIFE_MAX) > 0 ? LIFE_MAX : life;
  }

  private static String text(Grace grace) {
    var json = JSON.createObjectNode().put("prev", grace.prev()).put("next", grace.next());
    return json.toString();
  }

  @Override
  public CompletionStage<Optional<Grace>> find(DeviceId id) {
    return redis
        .ask(RedisUse.GRACE, commands -> commands.get("device:token:grace:" + id))
        .thenApply(text -> Optional.ofNullable(text).flatMap(found -> read(id, found)));
  }

  private static Optional<Grace> read(DeviceId id, String text) {
    try {
      var json = JSON.readTree(text);
      if (json.path("prev").isTextual() && json.path("next").isTextual()) {
        return Optional.of(new Grace(json.get("prev").textValue(), json.get("next").textValue()));
      }
    } catch (JsonProcessingException e) {
      // as below
    }
    log.warn("The grace record of {} in Redis is not one; it is passed over", id);
    return Optional.empty();
  }
}
