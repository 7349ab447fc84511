package io.muster.actors.room;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much an event matters where not everything can be told. Never changes the order. */
public enum Priority {
  LOW,
  NORMAL,
  HIGH,
  CRITICAL;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** As it is written on the wire and in the journal. */
  public String word() {
    return word;
  }

  public static Optional<Priority> of(String word) {
    return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
  }
}
