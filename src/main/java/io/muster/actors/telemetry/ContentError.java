package io.muster.actors.telemetry;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Something could not be shown.
 *
 * @param content at most 128 characters; empty when the device did not say
 * @param message at most 500 characters
 * @param code at most 64 characters
 */
public record ContentError(
    DeviceId device,
    OrgId org,
    Type type,
    String content,
    Optional<String> playlist,
    Optional<String> message,
    Optional<String> code,
    Optional<Instant> said,
    Instant received)
    implements Report {
  public static final int MESSAGE_CHARS_MAX = 500;
  public static final int CODE_CHARS_MAX = 64;

  public enum Type {
    LOAD_FAILED,
    PLAYBACK_ERROR,
    NETWORK_ERROR,
    DECODE_ERROR,
    TIMEOUT,
    UNKNOWN;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Clients have words of their own; those are {@code UNKNOWN}. */
    public static Type of(String word) {
      return Stream.of(values()).filter(t -> t.word().equals(word)).findFirst().orElse(UNKNOWN);
    }
  }
}
