package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Rows of {@code device_view} and of the tags beside it, within somebody's transaction. */
final class DeviceTable {
  private DeviceTable() {}

  static SortedMap<DeviceId, DeviceRow> load(Connection c, Collection<DeviceId> ids)
      throws SQLException {
    var rows = byId();
    try (var select = c.prepareStatement("select * from muster.device_view where id = any(?)")) {
      select.setArray(1, c.createArrayOf("varchar", ids.stream().map(DeviceId::value).toArray()));
      try (var found = select.executeQuery()) {
        while (found.next()) {
          var row = row(found);
          rows.put(row.id(), row);
        }
      }
    }
    return rows;
  }

  /**
   * In the order of ids: two writers of the same rows wait for each other instead of locking up.
   */
  static SortedMap<DeviceId, DeviceRow> byId() {
    return new TreeMap<>(Comparator.comparing(DeviceId::value));
  }

  static DeviceRow row(ResultSet row) throws SQLException {
    return new DeviceRow(
        new DeviceId(row.getString("id")),
        new OrgId(row.getString("org")),
        row.getString("name"),
        tags(row.getString("tags")),
        Presence.of(row.getString("status")),
        Columns.instant(row, "since"),
        Columns.maybeText(row, "node").map(NodeId::new),
        Columns.maybeInstant(row, "deadline"),
        row.getBoolean("disabled"),
        row.getBoolean("retired"),
        row.getLong("epoch"),
        row.getLong("seq"),
        Columns.maybeInstant(row, "left_at"));
  }

  static SortedSet<String> tags(String column) {
    return column.isEmpty() ? new TreeSet<>() : new TreeSet<>(List.of(column.split(" ")));
  }

  /** Writes what differs. A row is never put back: one with a higher number stays. */
  static void save(
      Connection c, Map<DeviceId, DeviceRow> before, SortedMap<DeviceId, DeviceRow> after)
      throws SQLException {
    var fresh = new ArrayList<DeviceRow>();
    var changed = new ArrayList<DeviceRow>();
    for (DeviceRow row : after.values()) {
      var former = before.get(row.id());
      if (former == null) {
        fresh.add(row);
      } else if (former.seq() < row.seq()) {
        changed.add(row);
      }
    }
    insert(c, fresh);
    update(c, changed);
    saveTags(c, before, after);
  }

  private static void insert(Connection c, List<DeviceRow> rows) throws SQLException {
    batch(
        c,
        """
        insert into muster.device_view
          (org, name, tags, status, since, node, deadline, disabled, retired, epoch, seq, left_at, id)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        rows,
        DeviceTable::bind);
  }

  private static void update(Connection c, List<DeviceRow> rows) throws SQLException {
    batch(
        c,
        """
        update muster.device_view
        set org = ?, name = ?, tags = ?, status = ?, since = ?, node = ?, deadline = ?,
            disabled = ?, retired = ?, epoch = ?, seq = ?, left_at = ?
        where id = ? and seq < ?\
        """,
        rows,
        (statement, row) -> {
          bind(statement, row);
          statement.setLong(14, row.seq());
        });
  }

  private static void bind(PreparedStatement statement, DeviceRow row) throws SQLException {
    statement.setString(1, row.org().value());
    statement.setString(2, row.name());
    statement.setString(3, String.join(" ", row.tags()));
    statement.setString(4, row.presence().word());
    statement.setObject(5, Columns.time(row.since()));
    statement.setString(6, row.node().map(NodeId::value).orElse(null));
    statement.setObject(7, row.deadline().map(Columns::time).orElse(null));
    statement.setBoolean(8, row.disabled());
    statement.setBoolean(9, row.retired());
    statement.setLong(10, row.epoch());
    statement.setLong(11, row.seq());
    statement.setObject(12, row.leftAt().map(Columns::time).orElse(null));
    statement.setString(13, row.id().value());
  }

  // ── tags ──

  private record Tag(OrgId org, String tag, DeviceId id) {}

  /** A retired device is found by no tag. */
  private static Collection<Tag> tags(Optional<DeviceRow> row) {
    return row.filter(r -> !r.retired()).stream()
        .flatMap(r -> r.tags().stream().map(tag -> new Tag(r.org(), tag, r.id())))
        .toList();
  }

  private static void saveTags(
      Connection c, Map<DeviceId, DeviceRow> before, SortedMap<DeviceId, DeviceRow> after)
      throws SQLException {
    var added = new ArrayList<Tag>();
    var removed = new ArrayList<Tag>();
    for (DeviceRow row : after.values()) {
      var had = tags(Optional.ofNullable(before.get(row.id())));
      var has = tags(Optional.of(row));
      has.stream().filter(tag -> !had.contains(tag)).forEach(added::add);
      had.stream().filter(tag -> !has.contains(tag)).forEach(removed::add);
    }
    batch(
        c,
        "delete from muster.device_tag where org = ? and tag = ? and id = ?",
        removed,
        DeviceTable::bind);
    batch(
        c,
        "insert into muster.device_tag (org, tag, id) values (?, ?, ?)",
        added,
        DeviceTable::bind);
  }

  private static void bind(PreparedStatement statement, Tag tag) throws SQLException {
    statement.setString(1, tag.org().value());
    statement.setString(2, tag.tag());
    statement.setString(3, tag.id().value());
  }

  private interface Binder<T> {
    void bind(PreparedStatement statement, T item) throws SQLException;
  }

  private static <T> void batch(Connection c, String sql, List<T> items, Binder<T> binder)
      throws SQLException {
    if (items.isEmpty()) {
      return;
    }
    try (var statement = c.prepareStatement(sql)) {
      for (T item : items) {
        binder.bind(statement, item);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
