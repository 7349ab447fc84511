package io.muster.actors;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What other programs have to know of a device that is between two tokens: {@code {"prev","next"}}
 * under {@code device:token:grace:<deviceId>}. A hint to them; ours is in the journal.
 */
public interface GraceRecords {
  GraceRecords NONE =
      new GraceRecords() {
        @Override
        public void keep(DeviceId id, Grace grace, Duration life) {}

        @Override
        public CompletionStage<Optional<Grace>> find(DeviceId id) {
          return CompletableFuture.completedFuture(Optional.empty());
        }
      };

  /**
   * Never awaited; lost when Redis is away.
   *
   * @param life 60 s to 90 d; bounded to that
   */
  void keep(DeviceId id, Grace grace, Duration life);

  /** Fails within a second when it cannot be known. */
  CompletionStage<Optional<Grace>> find(DeviceId id);

  /** Hashes, SHA-256 in hex. */
  record Grace(String prev, String next) {}
}
