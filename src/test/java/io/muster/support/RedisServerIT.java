package io.muster.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lettuce.core.RedisException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisServerIT {
  @Test
  void it_can_be_killed_and_comes_back_empty_on_its_port() {
    try (var redis = RedisServer.start()) {
      redis.ask(r -> r.set("k", "v"));
      redis.pause();
      redis.resume();
      String kept = redis.ask(r -> r.get("k"));
      assertEquals("v", kept);
      var url = redis.url();
      redis.stop();
      assertThrows(RedisException.class, () -> redis.ask(r -> r.get("k")));
      redis.startAgain();
      String lost = redis.ask(r -> r.get("k"));
      assertNull(lost);
      assertEquals(url, redis.url());
    }
  }
}
