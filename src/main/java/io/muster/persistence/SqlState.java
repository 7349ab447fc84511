package io.muster.persistence;

import java.sql.SQLException;

/** What the five characters say that come with an error of a database. */
final class SqlState {
  private static final String DUPLICATE = "23505";

  private SqlState() {}

  /** Somebody else has made a row with the same key. */
  static boolean isDuplicate(SQLException e) {
    return of(e).equals(DUPLICATE);
  }

  /** Others worked on the same at the same moment: a serialization failure, a deadlock. */
  static boolean isRollback(SQLException e) {
    return of(e).startsWith("40");
  }

  /** A value out of bounds, or a constraint; anything else may pass by itself. */
  static boolean isAboutTheRow(SQLException e) {
    return of(e).startsWith("22") || isConstraint(e);
  }

  static boolean isConstraint(SQLException e) {
    return of(e).startsWith("23");
  }

  /** A table or a column is not there, or not as it was expected. */
  static boolean isOtherSchema(SQLException e) {
    return of(e).startsWith("42");
  }

  private static String of(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }
}
