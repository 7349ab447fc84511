package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Statistics;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What reports add up to, read from tables. */
public final class SqlStatistics implements Statistics {
  private static final int ERRORS_MAX = 100;

  private final Database database;

  public SqlStatistics(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Page<Daily>> daily(
      OrgId org, Days days, By by, int size, Optional<String> token) {
    if (size < 1 || size > PAGE_MAX) {
      return refused("a page has 1 to " + PAGE_MAX + " rows");
    }
    var after = token.flatMap(Place::of);
    if (token.isPresent() && after.isEmpty()) {
      return refused("no page has given this token");
    }
    return database.query(
        c -> {
          var sql =
              """
              select * from muster.daily_statistics
              where org = ? and subject_kind = ? and on_day between ? and ?
                and (on_day > ? or on_day = ? and subject > ?)
              order by on_day, subject limit ?\
              """;
          var from = after.orElse(new Place(days.from().minusDays(1), ""));
          try (var select = c.prepareStatement(sql)) {
            select.setString(1, org.value());
            select.setString(2, by.word());
            select.setObject(3, days.from());
            select.setObject(4, days.to());
            select.setObject(5, from.day());
            select.setObject(6, from.day());
            select.setString(7, from.subject());
            select.setInt(8, size + 1);
            var rows = new ArrayList<Daily>();
            try (var found = select.executeQuery()) {
              while (found.next()) {
                rows.add(daily(found));
              }
            }
            return page(rows, size);
          }
        });
  }

  private static <T> CompletionStage<T> refused(String why) {
    return CompletableFuture.failedFuture(new IllegalArgumentException(why));
  }

  /** The row a page ended with. */
  private record Place(LocalDate day, String subject) {
    private static final int DAY_CHARS = 10;

    static Optional<Place> of(String token) {
      if (!Cursor.isWellFormed(token)) {
        return Optional.empty();
      }
      var last = Cursor.last(token);
      try {
        return last.length() <= DAY_CHARS
            ? Optional.empty()
            : Optional.of(
                new Place(
                    LocalDate.parse(last.substring(0, DAY_CHARS)), last.substring(DAY_CHARS)));
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }

    String token() {
      return Cursor.after(day + subject);
    }
  }

  private static Page<Daily> page(List<Daily> rows, int size) {
    if (rows.size() <= size) {
      return new Page<>(rows, Optional.empty());
    }
    var last = rows.get(size - 1);
    return new Page<>(
        rows.subList(0, size), Optional.of(new Place(last.day(), last.subject()).token()));
  }

  private static Daily daily(ResultSet row) throws SQLException {
    return new Daily(
        row.getObject("on_day", LocalDate.class),
        row.getString("subject"),
        row.getLong("starts"),
        row.getLong("plays"),
        row.getLong("seconds"),
        row.getLong("completion_sum"),
        row.getLong("completion_count"));
  }

  @Override
  public CompletionStage<List<ContentError>> errors(
      OrgId org, DeviceId device, Instant after, int max) {
    return database.query(
        c -> {
          var sql =
              """
              select * from muster.content_error
              where device = ? and org = ? and received_at > ?
              order by received_at desc, said_at desc limit ?\
              """;
          try (var select = c.prepareStatement(sql)) {
            select.setString(1, device.value());
            select.setString(2, org.value());
            select.setObject(3, Columns.time(after));
            select.setInt(4, Math.clamp(max, 1, ERRORS_MAX));
            var errors = new ArrayList<ContentError>();
            try (var found = select.executeQuery()) {
              while (found.next()) {
                errors.add(error(found));
              }
            }
            return errors;
          }
        });
  }

  private static ContentError error(ResultSet row) throws SQLException {
    return new ContentError(
        new DeviceId(row.getString("device")),
        new OrgId(row.getString("org")),
        ContentError.Type.valueOf(row.getString("type").toUpperCase(Locale.ROOT)),
        row.getString("content"),
        Columns.maybeText(row, "playlist"),
        Columns.maybeText(row, "message"),
        Columns.maybeText(row, "code"),
        Optional.of(Columns.instant(row, "said_at")),
        Columns.instant(row, "received_at"));
  }
}
