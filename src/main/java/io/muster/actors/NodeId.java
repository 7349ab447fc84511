package io.muster.actors;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * One run of one node: its address and the number of this incarnation, so that a restarted node is
 * another one.
 */
public record NodeId(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING) // else it would be looked for in an object
  public NodeId {
    if (value.isBlank() || value.length() > 200) {
      throw new IllegalArgumentException("a node id has 1 to 200 characters");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
