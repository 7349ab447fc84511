package io.muster.actors.telemetry;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Something began to be shown, or ended.
 *
 * @param content 1 to 128 characters
 * @param playlist empty for content that was pushed for a while
 * @param seconds it was shown, 0 to {@link #SECONDS_MAX}; of ends only
 * @param completion percent, 0 to 100; of ends only
 */
public record Impression(
    DeviceId device,
    OrgId org,
    Kind kind,
    String content,
    Optional<String> playlist,
    Optional<Integer> seconds,
    Optional<Integer> completion,
    Optional<Instant> said,
    Instant received)
    implements Report {
  public static final int SECONDS_MAX = 7 * 24 * 3600;

  public enum Kind {
    START,
    END;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
