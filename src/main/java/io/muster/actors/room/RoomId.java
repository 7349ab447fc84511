package io.muster.actors.room;

import java.util.regex.Pattern;

/**
 * Names a room: {@code type:key}, of at most 161 characters.
 *
 * @param type a lower-case word of at most 32 characters, such as {@code session}
 * @param key 1 to 128 letters, digits, dots, underscores, tildes, hyphens and percent signs
 */
public record RoomId(String type, String key) {
  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._~%-]{1,128}");

  public RoomId {
    if (!TYPE.matcher(type).matches() || !KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("a room is named type:key, in letters, digits and ._~%-");
    }
  }

  /**
   * @throws IllegalArgumentException for what names no room
   */
  public static RoomId parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("a room is named type:key");
    }
    return new RoomId(text.substring(0, colon), text.substring(colon + 1));
  }

  @Override
  public String toString() {
    return type + ":" + key;
  }
}
