package io.muster.persistence;

import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.notify.Notification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Notifications in the table {@code public.notifications} of a CMS, whose programs list them and
 * mark them read. Ids are texts; they and {@code updatedAt} have no default there. What is written
 * goes without a type of its own, for other columns may be text, jsonb or an enumeration; times are
 * UTC without a zone.
 */
public final class CmsNotifications implements NotificationTable {
  private final Database database;

  public CmsNotifications(Database database) {
    this.database = database;
  }

  @Override
  public String insertSql() {
    return """
        insert into public.notifications
          (id, "organizationId", type, title, message, severity, metadata, "userId", read,
           "dismissedAt", "createdAt", "updatedAt")
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """;
  }

  @Override
  public void bind(PreparedStatement insert, Notification row) throws SQLException {
    other(insert, 1, row.id());
    other(insert, 2, row.org().value());
    other(insert, 3, row.type());
    other(insert, 4, row.title());
    other(insert, 5, row.message());
    other(insert, 6, row.severity());
    other(insert, 7, row.metadata());
    other(insert, 8, row.user().orElse(null));
    insert.setBoolean(9, row.read());
    insert.setObject(10, row.dismissedAt().map(CmsColumns::time).orElse(null));
    insert.setObject(11, CmsColumns.time(row.createdAt()));
    insert.setObject(12, CmsColumns.time(row.updatedAt()));
  }

  private static void other(PreparedStatement statement, int place, String text)
      throws SQLException {
    statement.setObject(place, text, Types.OTHER);
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
        "select * from public.notifications where \"organizationId\" = ?"
            + " and \"dismissedAt\" is null"
            + (unreadOnly ? " and not read" : "")
            + TimePages.condition(after, "\"createdAt\"", "id")
            + " order by \"createdAt\" desc, id desc limit "
            + (size + 1);
    try (var select = c.prepareStatement(sql)) {
      select.setString(1, org.value());
      if (after.isPresent()) {
        select.setObject(2, CmsColumns.time(after.get().at()));
        select.setObject(3, CmsColumns.time(after.get().at()));
        select.setString(4, after.get().name());
      }
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
        new OrgId(row.getString("organizationId")),
        row.getString("type"),
        row.getString("title"),
        row.getString("message"),
        row.getString("severity"),
        Columns.maybeText(row, "metadata").orElse("{}"),
        Columns.maybeText(row, "userId"),
        row.getBoolean("read"),
        CmsColumns.maybeInstant(row, "dismissedAt"),
        CmsColumns.maybeInstant(row, "createdAt").orElse(Instant.EPOCH),
        CmsColumns.maybeInstant(row, "updatedAt").orElse(Instant.EPOCH));
  }

  @Override
  public CompletionStage<Optional<Notification>> read(OrgId org, String id, Instant now) {
    return change("not read", "", org, id, List.of(CmsColumns.time(now)));
  }

  @Override
  public CompletionStage<Optional<Notification>> dismiss(OrgId org, String id, Instant now) {
    return change(
        "\"dismissedAt\" is null",
        "\"dismissedAt\" = ?, ",
        org,
        id,
        List.of(CmsColumns.time(now), CmsColumns.time(now)));
  }

  private CompletionStage<Optional<Notification>> change(
      String condition, String more, OrgId org, String id, List<LocalDateTime> times) {
    var where = " where \"organizationId\" = ? and id = ?";
    return database.transaction(
        c -> {
          try (var update =
              c.prepareStatement(
                  "update public.notifications set read = true, "
                      + more
                      + "\"updatedAt\" = ?"
                      + where
                      + " and "
                      + condition)) {
            int place = 1;
            for (LocalDateTime time : times) {
              update.setObject(place++, time);
            }
            update.setString(place++, org.value());
            update.setString(place, Columns.storable(id));
            update.executeUpdate();
          }
          try (var select = c.prepareStatement("select * from public.notifications" + where)) {
            select.setString(1, org.value());
            select.setString(2, Columns.storable(id));
            try (var found = select.executeQuery()) {
              return found.next() ? Optional.of(row(found)) : Optional.empty();
            }
          }
        });
  }
}
