package io.muster.actors.screen;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a screenshot lies: {@code screenshots/<org>/<device>/<ms>.png}.
 *
 * @param millis since 1970, of when it was taken in; up to 15 digits
 */
public record ScreenshotKey(OrgId org, DeviceId device, long millis, ImageType type) {
  private static final Pattern FORM =
      Pattern.compile(
          "screenshots/([A-Za-z0-9_-]{1,64})/(=?[A-Za-z0-9._-]{1,128})/(\\d{1,15})\\.(png|jpg)");

  public static ScreenshotKey at(OrgId org, DeviceId device, Instant at, ImageType type) {
    return new ScreenshotKey(org, device, at.toEpochMilli(), type);
  }

  /** Empty for what is no key as we write them. */
  public static Optional<ScreenshotKey> of(String text) {
    var parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return ImageType.ofExtension(parts.group(4))
          .map(
              type ->
                  new ScreenshotKey(
                      new OrgId(parts.group(1)),
                      new DeviceId(parts.group(2).replace("=", "")),
                      Long.parseLong(parts.group(3)),
                      type))
          .filter(key -> key.text().equals(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a reserved name
    }
  }

  /**
   * @param name as {@link #name()} writes it
   * @throws IllegalArgumentException for any other
   */
  public static ScreenshotKey named(OrgId org, DeviceId device, String name) {
    int dot = name.indexOf('.');
    return ImageType.ofExtension(name.substring(dot + 1))
        .map(type -> new ScreenshotKey(org, device, Long.parseLong(name, 0, dot, 10), type))
        .orElseThrow(() -> new IllegalArgumentException("no screenshot is called " + name));
  }

  public boolean isOf(OrgId someOrg, DeviceId someDevice) {
    return org.equals(someOrg) && device.equals(someDevice);
  }

  public String name() {
    return millis + "." + type.extension();
  }

  public String text() {
    return "screenshots/%s/%s/%s".formatted(org, folder(), name());
  }

  /** A device may be called {@code ..}, which to a path means something else. */
  private String folder() {
    var id = device.value();
    return id.equals(".") || id.equals("..") ? "=" + id : id;
  }

  @Override
  public String toString() {
    return text();
  }
}
