package io.muster.actors.room;

import java.util.regex.Pattern;

/**
 * A room, or a part of what happens in it: {@code feature:users} or {@code
 * feature:users:entity:user}. Parts are filters on the one log of their room.
 *
 * @param view empty for the whole room
 */
public record RoomView(RoomId room, String view) {
  private static final Pattern VIEW = Pattern.compile("([A-Za-z0-9._~%-]{1,128}(:(?!$)|$)){0,4}");
  private static final int CHARS_MAX = 256;

  public RoomView {
    if (!VIEW.matcher(view).matches() || view.length() > CHARS_MAX) {
      throw new IllegalArgumentException("a view is named by words between colons");
    }
  }

  public static RoomView whole(RoomId room) {
    return new RoomView(room, "");
  }

  /**
   * @throws IllegalArgumentException for what names neither a room nor a view
   */
  public static RoomView parse(String text) {
    int type = text.indexOf(':');
    int key = text.indexOf(':', type + 1);
    return key < 0
        ? whole(RoomId.parse(text))
        : new RoomView(RoomId.parse(text.substring(0, key)), text.substring(key + 1));
  }

  public boolean isWhole() {
    return view.isEmpty();
  }

  @Override
  public String toString() {
    return isWhole() ? room.toString() : room + ":" + view;
  }
}
