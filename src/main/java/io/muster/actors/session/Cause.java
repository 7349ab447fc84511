package io.muster.actors.session;

/** Why a session is over. */
public enum Cause {
  REVOKED("revoked"),
  PASSWORD_CHANGED("password_changed");

  private final String word;

  Cause(String word) {
    this.word = word;
  }

  /** As it is told to clients. */
  public String word() {
    return word;
  }
}
