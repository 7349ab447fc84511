package io.muster.actors.notify;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;

/** What people are told of an outage, in words. The type and the severity are API. */
public sealed interface Notice {
  DeviceId device();

  OrgId org();

  String deviceName();

  Instant disconnectedAt();

  record WentOffline(DeviceId device, OrgId org, String deviceName, Instant disconnectedAt)
      implements Notice {}

  /**
   * @param number 1 for the first reminder of the outage
   */
  record StillOffline(
      DeviceId device,
      OrgId org,
      String deviceName,
      Instant disconnectedAt,
      int number,
      Duration soFar)
      implements Notice {}

  record BackOnline(
      DeviceId device, OrgId org, String deviceName, Instant disconnectedAt, Instant backAt)
      implements Notice {
    public Duration gone() {
      var gone = Duration.between(disconnectedAt, backAt);
      return gone.isNegative() ? Duration.ZERO : gone;
    }
  }

  default String type() {
    return switch (this) {
      case WentOffline _, StillOffline _ -> "device_offline";
      case BackOnline _ -> "device_online";
    };
  }

  default String severity() {
    return switch (this) {
      case WentOffline _, StillOffline _ -> "warning";
      case BackOnline _ -> "info";
    };
  }

  default String title() {
    return switch (this) {
      case WentOffline _ -> "Device offline";
      case StillOffline _ -> "Device still offline";
      case BackOnline _ -> "Device back online";
    };
  }

  default String message() {
    return switch (this) {
      case WentOffline n -> n.deviceName() + " is offline.";
      case StillOffline n ->
          "%s has been offline for %s.".formatted(n.deviceName(), words(n.soFar()));
      case BackOnline n -> "%s is back online after %s.".formatted(n.deviceName(), words(n.gone()));
    };
  }

  /** The two largest units that are not nothing. */
  private static String words(Duration time) {
    var parts = new ArrayList<String>();
    add(parts, time.toDays(), "d");
    add(parts, time.toHoursPart(), "h");
    add(parts, time.toMinutesPart(), "min");
    add(parts, time.toSecondsPart(), "s");
    return parts.isEmpty()
        ? "less than a second"
        : String.join(" ", parts.subList(0, Math.min(2, parts.size())));
  }

  private static void add(ArrayList<String> parts, long count, String unit) {
    if (count > 0) {
      parts.add(count + " " + unit);
    }
  }
}
