package io.muster.persistence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Values as columns hold them, the same on both stores. */
final class Columns {
  private Columns() {}

  /** Cut to microseconds: left alone, PostgreSQL would round up, into the future. */
  static OffsetDateTime time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static Optional<Instant> maybeInstant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  static Optional<String> maybeText(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  /**
   * PostgreSQL refuses the character NUL, and UTF-8 half a surrogate pair. Somebody's name must not
   * stop the projection for everybody.
   */
  static String storable(String text) {
    boolean isClean = text.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c));
    return isClean
        ? text
        : text.codePoints()
            .map(c -> c == 0 || isHalfPair(c) ? 0xFFFD : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  private static boolean isHalfPair(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
