package io.muster.actors.room;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an event stands in its room. As text, ids of one generation sort as they happened; to
 * clients they are opaque.
 *
 * @param generation of the room: another one once it has begun anew, and its former ids mean
 *     nothing
 * @param seq from 1, without holes; 0 is before the first event
 */
public record EventId(String generation, long seq) {
  /** Before the first event of a room, whatever its generation will be. */
  public static final EventId BEGINNING = new EventId("0", 0);

  /** In place of what is no id: one that no room knows, so that the answer is the same. */
  public static final EventId UNREADABLE = new EventId("invalid", 1);

  private static final Pattern TEXT = Pattern.compile("([0-9a-z]{1,16})\\.([0-9a-v]{13})");
  private static final int RADIX = 32;
  private static final int DIGITS = 13;

  public EventId {
    if (seq < 0) {
      throw new IllegalArgumentException("a number from 0, was " + seq);
    }
  }

  public static Optional<EventId> parse(String text) {
    var matcher = TEXT.matcher(text);
    try {
      return matcher.matches()
          ? Optional.of(new EventId(matcher.group(1), Long.parseLong(matcher.group(2), RADIX)))
          : Optional.empty();
    } catch (NumberFormatException beyondAllNumbers) {
      return Optional.empty();
    }
  }

  EventId at(long other) {
    return new EventId(generation, other);
  }

  @Override
  public String toString() {
    var digits = Long.toString(seq, RADIX);
    return generation + "." + "0".repeat(DIGITS - digits.length()) + digits;
  }
}
