package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen;
import io.muster.actors.Load;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Last seen, version and load, kept for lists: one statement for a whole node. */
public final class DeviceHints implements LastSeen {
  private static final int BATCH_MAX = 20_000;

  private static final String KEEP =
      """
      merge into muster.device_hints h
      using (
        select s.id, s.last_seen, s.app_version, s.cpu, s.memory, s.pending
        from unnest(
          cast(? as varchar array), cast(? as varchar array),
          cast(? as timestamp with time zone array), cast(? as varchar array),
          cast(? as double precision array), cast(? as double precision array),
          cast(? as integer array)) as s(id, org, last_seen, app_version, cpu, memory, pending)
        join muster.device_view v on v.id = s.id and v.org = s.org
      ) n
      on h.id = n.id
      when matched and (h.last_seen is null or n.last_seen is null or n.last_seen >= h.last_seen)
        then update set
          last_seen = coalesce(n.last_seen, h.last_seen),
          app_version = coalesce(n.app_version, h.app_version),
          cpu = coalesce(n.cpu, h.cpu), memory = coalesce(n.memory, h.memory),
          pending = n.pending
      when not matched then insert (id, last_seen, app_version, cpu, memory, pending)
        values (n.id, n.last_seen, n.app_version, n.cpu, n.memory, n.pending)\
      """;

  private final Database database;

  public DeviceHints(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Void> keep(Collection<Seen> batch) {
    if (batch.size() > BATCH_MAX) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("at most " + BATCH_MAX + " hints at once"));
    }
    if (batch.isEmpty()) {
      return CompletableFuture.completedStage(null);
    }
    var newest = newest(batch);
    return database.query(c -> write(c, newest));
  }

  /** In the order of ids: two nodes that have seen the same devices wait for each other. */
  private static List<Seen> newest(Collection<Seen> batch) {
    Map<DeviceId, Seen> byId = new TreeMap<>(Comparator.comparing(DeviceId::value));
    for (Seen seen : batch) {
      byId.merge(seen.id(), seen, (a, b) -> b.at().isBefore(a.at()) ? a : b);
    }
    return List.copyOf(byId.values());
  }

  private static Void write(Connection c, List<Seen> seen) throws SQLException {
    try (var merge = c.prepareStatement(KEEP)) {
      merge.setArray(1, array(c, "varchar", seen, s -> s.id().value()));
      merge.setArray(2, array(c, "varchar", seen, s -> s.org().value()));
      merge.setArray(
          3,
          array(c, "timestamptz", seen, s -> s.hints().lastSeen().map(Columns::time).orElse(null)));
      merge.setArray(
          4,
          array(
              c, "varchar", seen, s -> s.hints().appVersion().map(Columns::storable).orElse(null)));
      merge.setArray(5, array(c, "float8", seen, s -> known(s.hints().load().cpu())));
      merge.setArray(6, array(c, "float8", seen, s -> known(s.hints().load().memory())));
      merge.setArray(7, array(c, "int4", seen, s -> s.hints().pendingCommands()));
      merge.executeUpdate();
      return null;
    }
  }

  private static Double known(double percent) {
    return Double.isNaN(percent) ? null : percent;
  }

  private static Array array(
      Connection c, String type, List<Seen> seen, Function<Seen, Object> column)
      throws SQLException {
    return c.createArrayOf(type, seen.stream().map(column).toArray());
  }

  static Optional<Hints> of(Connection c, DeviceId id) throws SQLException {
    try (var select = c.prepareStatement("select * from muster.device_hints where id = ?")) {
      select.setString(1, id.value());
      try (var found = select.executeQuery()) {
        return found.next() ? Optional.of(read(found)) : Optional.empty();
      }
    }
  }

  /** Of a row that was joined with the hints; a device that nobody has seen has none. */
  static Hints read(ResultSet row) throws SQLException {
    return new Hints(
        Columns.maybeInstant(row, "last_seen"),
        Columns.maybeText(row, "app_version"),
        new Load(percent(row, "cpu"), percent(row, "memory")),
        row.getInt("pending"));
  }

  private static double percent(ResultSet row, String column) throws SQLException {
    double percent = row.getDouble(column);
    return row.wasNull() ? Double.NaN : percent;
  }
}
