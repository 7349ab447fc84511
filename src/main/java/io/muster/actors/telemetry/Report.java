package io.muster.actors.telemetry;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/** A device tells what happened on its screen, at least once. */
public sealed interface Report permits Impression, ContentError {
  int ID_CHARS_MAX = 128;

  /**
   * A device that was without network tells later; one whose clock was never set is not believed.
   */
  Duration LATE_MAX = Duration.ofDays(7);

  /** Clocks differ a little. */
  Duration EARLY_MAX = Duration.ofMinutes(5);

  DeviceId device();

  OrgId org();

  String content();

  /** By the device's own clock, whatever that shows. */
  Optional<Instant> said();

  Instant received();

  /**
   * When it is filed. With device, content and kind it names the report: one told again is the
   * same. Without a time of the device each telling is another.
   */
  default Instant at() {
    return said().orElse(received());
  }

  /** When it counts: by the device's clock where that can be right, else when it was received. */
  default Instant countedAt() {
    return said()
        .filter(at -> !at.isBefore(received().minus(LATE_MAX)))
        .filter(at -> !at.isAfter(received().plus(EARLY_MAX)))
        .orElse(received());
  }

  /** The UTC day it counts for. */
  default LocalDate day() {
    return LocalDate.ofInstant(countedAt(), ZoneOffset.UTC);
  }
}
