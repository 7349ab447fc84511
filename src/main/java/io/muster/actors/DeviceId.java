package io.muster.actors;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A device's name for life, unique over all organisations: 1 to 128 of {@code [A-Za-z0-9._-]}, the
 * {@code sub} of its token.
 */
public record DeviceId(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  // They are path segments beside device ids.
  private static final Set<String> RESERVED = Set.of("pairing", "me", "auth");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING) // else it would be looked for in an object
  public DeviceId {
    if (!FORM.matcher(value).matches() || RESERVED.contains(value)) {
      throw new IllegalArgumentException(
          "a device id is 1 to 128 of A-Z a-z 0-9 . _ - and none of pairing, me, auth");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
