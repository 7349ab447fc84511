package io.muster.persistence;

import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.notify.Notification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Notifications in a table of our own. */
public final class SqlNotifications implements NotificationTable {
  private final Database database;

  public SqlNotifications(Database database) {
    this.database = database;
  }

  @Override
  public String insertSql() {
    return """
        insert into muster.notification
          (id, org, type, title, message, severity, metadata, user_id, is_read, dismissed_at,
           created_at, updated_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """;
  }

  @Override
  public void bind(PreparedStatement insert, Notification row) throws SQLException {
    insert.setString(1, row.id());
    insert.setString(2, row.org().value());
    insert.setString(3, row.type());
    insert.setString(4, row.title());
    insert.setString(5, row.message());
    insert.setString(6, row.severity());
    insert.setString(7, row.metadata());
    insert.setString(8, row.user().orElse(null));
    insert.setBoolean(9, row.read());
    insert.setObject(10, row.dismissedAt().map(Columns::time).orElse(null));
    insert.setObject(11, Columns.time(row.createdAt()));
    insert.setObject(12, Columns.time(row.updatedAt()));
  }

  @Override
  public CompletionStage<Page<Notification>> list(
      OrgId org, boolean unreadOnly, int size, Optional<String> token) {
    return TimePages.asked(size, token)
        .thenCompose(after -> database.query(c -> page(c, org, unreadOnly, size, after)));
  }

  private static Page<Notification> page(
      Connection c, OrgId org, boolean unreadOnly, int size, Optional<TimePages.Place> after)
      throws SQLException {
    var sql =
        "select * from muster.notification where org = ? and dismissed_at is null"
            + (unreadOnly ? " and not is_read" : "")
            + TimePages.condition(after, "created_at", "id")
            + " order by created_at desc, id desc limit "
            + (size + 1);
    try (var select = c.prepareStatement(sql)) {
      select.setString(1, org.value());
      TimePages.bind(select, 2, after);
      var rows = new ArrayList<Notification>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          rows.add(row(found));
        }
      }
      return TimePages.page(rows, size, n -> new TimePages.Place(n.createdAt(), n.id()));
    }
  }

  private static Notification row(ResultSet row) throws SQLException {
    return new Notification(
        row.getString("id"),
        new OrgId(row.getString("org")),
        row.getString("type"),
        row.getString("title"),
        row.getString("message"),
        row.getString("severity"),
        row.getString("metadata"),
        Columns.maybeText(row, "user_id"),
        row.getBoolean("is_read"),
        Columns.maybeInstant(row, "dismissed_at"),
        Columns.instant(row, "created_at"),
        Columns.instant(row, "updated_at"));
  }

  @Override
  public CompletionStage<Optional<Notification>> read(OrgId org, String id, Instant now) {
    return change(
        "update muster.notification set is_read = true, updated_at = ? where org = ? and id = ?"
            + " and not is_read",
        org,
        id,
        List.of(Columns.time(now)));
  }

  @Override
  public CompletionStage<Optional<Notification>> dismiss(OrgId org, String id, Instant now) {
    return change(
        "update muster.notification set is_read = true, dismissed_at = ?, updated_at = ?"
            + " where org = ? and id = ? and dismissed_at is null",
        org,
        id,
        List.of(Columns.time(now), Columns.time(now)));
  }

  private CompletionStage<Optional<Notification>> change(
      String sql, OrgId org, String id, List<?> values) {
    return database.transaction(
        c -> {
          try (var update = c.prepareStatement(sql)) {
            int place = 1;
            for (Object value : values) {
              update.setObject(place++, value);
            }
            update.setString(place++, org.value());
            update.setString(place, Columns.storable(id));
            update.executeUpdate();
          }
          return find(c, org, id);
        });
  }

  private static Optional<Notification> find(Connection c, OrgId org, String id)
      throws SQLException {
    try (var select =
        c.prepareStatement("select * from muster.notification where org = ? and id = ?")) {
      select.setString(1, org.value());
      select.setString(2, Columns.storable(id));
      try (var found = select.executeQuery()) {
        return found.next() ? Optional.of(row(found)) : Optional.empty();
      }
    }
  }
}
