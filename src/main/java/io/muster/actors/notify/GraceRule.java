package io.muster.actors.notify;

import io.muster.actors.OrgId;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What an organisation wants for one device, for a tag, or for all of its devices.
 *
 * @param subject the device's id or the tag; empty for the organisation
 * @param grace 10 s to 7 d; absent: this rule leaves it to the next wider one
 */
public record GraceRule(
    OrgId org, Scope scope, String subject, Optional<Duration> grace, boolean muted) {
  public static final Duration GRACE_MIN = Duration.ofSeconds(10);
  public static final Duration GRACE_MAX = Duration.ofDays(7);

  /** From the narrowest to the widest. */
  public enum Scope {
    DEVICE,
    TAG,
    ORGANIZATION;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Scope of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  public GraceRule {
    if (grace.isPresent()
        && (grace.get().compareTo(GRACE_MIN) < 0 || grace.get().compareTo(GRACE_MAX) > 0)) {
      throw new IllegalArgumentException("a grace is 10 s to 7 d");
    }
  }
}
