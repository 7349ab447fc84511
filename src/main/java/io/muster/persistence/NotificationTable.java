package io.muster.persistence;

import io.muster.actors.notify.Notification;
import io.muster.actors.notify.Notifications;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where notifications are kept, in somebody's transaction: our own table, or that of a CMS. */
public interface NotificationTable extends Notifications {

  String insertSql();

  void bind(PreparedStatement insert, Notification row) throws SQLException;

  /**
   * Inserts the rows. One that the table refuses for what it is, for its organisation is deleted
   * say, must not keep the others from being stored for ever; the ids of those are returned.
   */
  default Set<String> insert(Connection c, List<Notification> rows) throws SQLException {
    if (rows.isEmpty()) {
      return Set.of();
    }
    var before = c.setSavepoint();
    try {
      insertAll(c, rows);
      c.releaseSavepoint(before);
      return Set.of();
    } catch (SQLException e) {
      if (!SqlState.isAboutTheRow(e)) {
        throw e;
      }
      c.rollback(before);
    }
    var refused = new HashSet<String>();
    for (Notification row : rows) {
      var here = c.setSavepoint();
      try {
        insertAll(c, List.of(row));
        c.releaseSavepoint(here);
      } catch (SQLException e) {
        if (!SqlState.isAboutTheRow(e)) {
          throw e;
        }
        c.rollback(here);
        refused.add(row.id());
      }
    }
    return refused;
  }

  private void insertAll(Connection c, List<Notification> rows) throws SQLException {
    try (var insert = c.prepareStatement(insertSql())) {
      for (Notification row : rows) {
        bind(insert, row);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
