package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.screen.Album;
import io.muster.actors.screen.ScreenshotKey;
import io.muster.actors.screen.Shot;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The last screenshots of each device in a table. */
public final class SqlAlbum implements Album {
  private static final String NEWEST_FIRST =
      """
      select * from muster.screenshot where device = ? and org = ?
      order by stored_at desc, name desc\
      """;

  private final Database database;

  public SqlAlbum(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<List<ScreenshotKey>> add(Shot shot, int keep) {
    return database.transaction(
        c -> {
          delete(c, shot.key());
          insert(c, shot);
          var all = read(c, shot.key().org(), shot.key().device());
          var left = all.stream().skip(keep).map(Shot::key).toList();
          for (ScreenshotKey key : left) {
            delete(c, key);
          }
          return left;
        });
  }

  @Override
  public CompletionStage<List<Shot>> of(OrgId org, DeviceId device) {
    return database.query(c -> read(c, org, device));
  }

  private static void insert(Connection c, Shot shot) throws SQLException {
    try (var insert =
        c.prepareStatement(
            """
            insert into muster.screenshot (
              device, org, name, request_id, width, height, bytes,
              captured_at, requested_at, stored_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
            """)) {
      insert.setString(1, shot.key().device().value());
      insert.setString(2, shot.key().org().value());
      insert.setString(3, shot.key().name());
      insert.setString(4, Columns.storable(shot.requestId()));
      insert.setInt(5, shot.width());
      insert.setInt(6, shot.height());
      insert.setLong(7, shot.bytes());
      insert.setObject(8, Columns.time(shot.capturedAt()));
      insert.setObject(9, shot.requestedAt().map(Columns::time).orElse(null));
      insert.setObject(10, Columns.time(shot.storedAt()));
      insert.executeUpdate();
    }
  }

  private static void delete(Connection c, ScreenshotKey key) throws SQLException {
    try (var delete =
        c.prepareStatement(
            "delete from muster.screenshot where device = ? and org = ? and name = ?")) {
      delete.setString(1, key.device().value());
      delete.setString(2, key.org().value());
      delete.setString(3, key.name());
      delete.executeUpdate();
    }
  }

  private static List<Shot> read(Connection c, OrgId org, DeviceId device) throws SQLException {
    try (var select = c.prepareStatement(NEWEST_FIRST)) {
      select.setString(1, device.value());
      select.setString(2, org.value());
      try (var found = select.executeQuery()) {
        var shots = new ArrayList<Shot>();
        while (found.next()) {
          shots.add(shot(found, org, device));
        }
        return shots;
      }
    }
  }

  private static Shot shot(ResultSet row, OrgId org, DeviceId device) throws SQLException {
    var key = ScreenshotKey.named(org, device, row.getString("name"));
    return new Shot(
        key,
        row.getString("request_id"),
        row.getInt("width"),
        row.getInt("height"),
        row.getLong("bytes"),
        Columns.instant(row, "captured_at"),
        Columns.maybeInstant(row, "requested_at"),
        Columns.instant(row, "stored_at"));
  }
}
