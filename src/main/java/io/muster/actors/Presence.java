package io.muster.actors;

/**
 * The four words people read. The wire of existing clients knows two: see {@code
 * docs/state-machine.md}.
 */
public enum Presence {
  NEVER_SEEN("never-seen"),
  ONLINE("online"),
  RECONNECTING("reconnecting"),
  OFFLINE("offline");

  private final String word;

  Presence(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Presence of(String word) {
    for (Presence presence : values()) {
      if (presence.word.equals(word)) {
        return presence;
      }
    }
    throw new IllegalArgumentException("a status is never-seen, online, reconnecting or offline");
  }
}
