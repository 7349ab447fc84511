package io.muster.actors;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** An organisation exists by being named in verified claims: 1 to 64 of {@code [A-Za-z0-9_-]}. */
public record OrgId(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING) // else it would be looked for in an object
  public OrgId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("an organisation id is 1 to 64 of A-Z a-z 0-9 _ -");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
