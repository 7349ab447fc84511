package io.muster.persistence;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Values as the columns of a CMS hold them: times without a zone, that are UTC. */
final class CmsColumns {
  private CmsColumns() {}

  /** Cut to milliseconds: left alone, the column would round up, into the future. */
  static LocalDateTime time(Instant at) {
    return LocalDateTime.ofInstant(at.truncatedTo(ChronoUnit.MILLIS), ZoneOffset.UTC);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
  }

  static Optional<Instant> maybeInstant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, LocalDateTime.class))
        .map(at -> at.toInstant(ZoneOffset.UTC));
  }

  static Optional<Integer> maybeWhole(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? Optional.empty() : Optional.of(value);
  }

  static Set<Integer> wholes(ResultSet row, String column) throws SQLException {
    var all = new HashSet<Integer>();
    Array array = row.getArray(column);
    if (array != null) {
      for (Object value : (Object[]) array.getArray()) {
        if (value instanceof Number number) {
          all.add(number.intValue());
        }
      }
    }
    return all;
  }

  static <T> Array texts(Connection c, Collection<T> items, Function<T, String> text)
      throws SQLException {
    return c.createArrayOf("text", items.stream().map(text).toArray());
  }

  static <T> Array times(Connection c, Collection<T> items, Function<T, Instant> at)
      throws SQLException {
    return c.createArrayOf("timestamp", items.stream().map(item -> time(at.apply(item))).toArray());
  }
}
