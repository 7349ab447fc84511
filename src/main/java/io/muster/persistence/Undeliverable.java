package io.muster.persistence;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.muster.actors.Telemetry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Playlists that no device can be given as they are. Counted whenever one is found; said once in an
 * hour of each.
 */
final class Undeliverable {
  private static final Logger log = LoggerFactory.getLogger(Undeliverable.class);
  private static final Duration SAID_FOR = Duration.ofHours(1);

  // With more bad playlists than these, some are said more often.
  private static final int SAID_MAX = 1_000;

  private final Telemetry telemetry;
  private final Cache<String, Boolean> said =
      Caffeine.newBuilder()
          .expireAfterWrite(SAID_FOR)
          .maximumSize(SAID_MAX)
          .executor(Runnable::run)
          .build();

  Undeliverable(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  void found(String playlist, String org, RuntimeException why) {
    telemetry.contentUndeliverable();
    if (said.asMap().putIfAbsent(org + " " + playlist, true) == null) {
      log.warn(
          "The playlist {} of {} cannot be delivered; its devices keep what they have: {}",
          playlist,
          org,
          why.toString());
    }
  }
}
