package io.muster.actors.screen;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where the files of screenshots lie. A stage fails when the storage does not answer within its own
 * time; none of them runs on the caller's thread, and none keeps more than its own bound of work
 * waiting.
 */
public interface Screenshots extends AutoCloseable {

  /** Completes when the file is there. Overwrites. */
  CompletionStage<Void> put(ScreenshotKey key, byte[] bytes);

  /**
   * An address at which anybody may read the file for a while. Asks nobody; does not say that the
   * file is there.
   *
   * @param life up to 7 days
   */
  String url(ScreenshotKey key, Duration life);

  /**
   * An address to which anybody may write this file for a while, if it has exactly this type and
   * length.
   *
   * @param bytes 1 to {@link #uploadMax()}
   */
  Upload upload(ScreenshotKey key, long bytes, Duration life);

  /** The largest file that can be uploaded, in bytes. */
  long uploadMax();

  /**
   * How large the file is, and how it begins. Empty when there is none.
   *
   * @param bytesMax to read at most
   */
  CompletionStage<Optional<Beginning>> look(ScreenshotKey key, int bytesMax);

  /** Completes also when there was none. */
  CompletionStage<Void> delete(ScreenshotKey key);

  @Override
  void close();

  /**
   * @param headers to be sent as they are
   */
  record Upload(String url, String method, Map<String, String> headers, Instant expiresAt) {
    public Upload {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * @param size of the whole file, in bytes
   */
  record Beginning(long size, byte[] bytes) {}
}
