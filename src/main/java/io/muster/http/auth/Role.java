package io.muster.http.auth;

import java.util.Locale;

/** What a user may do inside the own organisation. Each may do what the one before it may. */
public enum Role {
  VIEWER,
  OPERATOR,
  ADMIN;

  /** A role nobody here knows may look and nothing else. */
  static Role of(String claim) {
    return switch (claim.toLowerCase(Locale.ROOT)) {
      case "admin" -> ADMIN;
      case "operator" -> OPERATOR;
      default -> VIEWER;
    };
  }

  /** As it stands in a token and is told to clients: lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean mayAct() {
    return this != VIEWER;
  }
}
