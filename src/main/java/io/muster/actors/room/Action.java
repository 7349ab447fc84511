package io.muster.actors.room;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody may be allowed to do in a room. */
public enum Action {
  /** Learn of what happens. */
  SUBSCRIBE,
  /** Say that something has happened. */
  PUBLISH,
  /** Change what the room holds, in any way. */
  WRITE,
  CREATE,
  UPDATE,
  DELETE,
  /** Learn who is there. */
  PRESENCE,
  /** Learn of what happened before. */
  REPLAY,
  SNAPSHOT,
  ADMIN;

  private final String word = name().toLowerCase(Locale.ROOT);

  public String word() {
    return word;
  }

  /** Whether a grant of this one is one of another, too. */
  public boolean includes(Action other) {
    return this == other
        || this == WRITE && (other == CREATE || other == UPDATE || other == DELETE);
  }

  /** It changes nothing. */
  public boolean isReading() {
    return this == SUBSCRIBE || this == REPLAY || this == PRESENCE;
  }

  public static Optional<Action> of(String word) {
    return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
  }
}
