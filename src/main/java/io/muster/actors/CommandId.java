package io.muster.actors;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Names one command of one device, never reused; devices dedupe by it. 1 to 128 printable ASCII
 * characters, no slash.
 */
public record CommandId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING) // else it would be looked for in an object
  public CommandId {
    boolean wellFormed =
        !value.isEmpty()
            && value.length() <= 128
            && value.chars().allMatch(c -> c > ' ' && c < 127 && c != '/');
    if (!wellFormed) {
      throw new IllegalArgumentException("a command id is 1 to 128 printable ASCII characters");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
