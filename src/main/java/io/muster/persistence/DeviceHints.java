package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen;
import io.muster.actors.Load;
import io.muster.actors.Showing;
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

/** Last seen, version, load and what is shown, kept for lists: one statement for a whole node. */
public final class DeviceHints implements LastSeen {
  private static final int BATCH_MAX = 20_000;

  private static final String KEEP =
      """
      merge into muster.device_hints h
      using (
        select s.*
        from unnest(
          cast(? as varchar array), cast(? as varchar array),
          cast(? as timestamp with time zone array), cast(? as varchar array),
          cast(? as double precision array), cast(? as double precision array),
          cast(? as double precision array), cast(? as double precision array),
          cast(? as double precision array), cast(? as integer array), cast(? as boolean array),
          cast(? as varchar array), cast(? as varchar array), cast(? as varchar array),
          cast(? as varchar array), cast(? as varchar array))
          as s(id, org, last_seen, app_version, cpu, memory, disk, temperature, latency, pending,
            shows, content, playlist, screen_state, playback_source, content_version)
        join muster.device_view v on v.id = s.id and v.org = s.org
      ) n
      on h.id = n.id
      when matched and (h.last_seen is null or n.last_seen is null or n.last_seen >= h.last_seen)
        then update set
          last_seen = coalesce(n.last_seen, h.last_seen),
          app_version = coalesce(n.app_version, h.app_version),
          cpu = coalesce(n.cpu, h.cpu), memory = coalesce(n.memory, h.memory),
          disk = coalesce(n.disk, h.disk), temperature = coalesce(n.temperature, h.temperature),
          latency = coalesce(n.latency, h.latency),
          pending = n.pending,
          shows = n.shows or h.shows,
          content = case when n.shows then n.content else h.content end,
          playlist = case when n.shows then n.playlist else h.playlist end,
          screen_state = case when n.shows then n.screen_state else h.screen_state end,
          playback_source = case when n.shows then n.playback_source else h.playback_source end,
          content_version = case when n.shows then n.content_version else h.content_version end
      when not matched then insert (
          id, last_seen, app_version, cpu, memory, disk, temperature, latency, pending,
          shows, content, playlist, screen_state, playback_source, content_version)
        values (
          n.id, n.last_seen, n.app_version, n.cpu, n.memory, n.disk, n.temperature, n.latency,
          n.pending, n.shows, n.content, n.playlist, n.screen_state, n.playback_source,
          n.content_version)\
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
      var columns = new Arrays<>(c, seen);
      columns.add("varchar", s -> s.id().value());
      columns.add("varchar", s -> s.org().value());
      columns.add("timestamptz", s -> s.hints().lastSeen().map(Columns::time).orElse(null));
      columns.add("varchar", s -> text(s.hints().appVersion()));
      columns.add("float8", s -> known(s.hints().load().cpu()));
      columns.add("float8", s -> known(s.hints().load().memory()));
      columns.add("float8", s -> known(s.hints().load().disk()));
      columns.add("float8", s -> known(s.hints().load().temperature()));
      columns.add("float8", s -> known(s.hints().load().latency()));
      columns.add("int4", s -> s.hints().pendingCommands());
      columns.add("bool", s -> s.hints().showing().isPresent());
      columns.add("varchar", s -> text(s.hints().showing().flatMap(Showing::contentId)));
      columns.add("varchar", s -> text(s.hints().showing().flatMap(Showing::playlistId)));
      columns.add("varchar", s -> text(s.hints().showing().flatMap(Showing::screenState)));
      columns.add("varchar", s -> text(s.hints().showing().flatMap(Showing::playbackSource)));
      columns.add("varchar", s -> text(s.hints().showing().flatMap(Showing::contentVersion)));
      columns.bindTo(merge);
      merge.executeUpdate();
      return null;
    }
  }

  private static Double known(double number) {
    return Double.isNaN(number) ? null : number;
  }

  private static String text(Optional<String> said) {
    return said.map(Columns::storable).orElse(null);
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
        new Load(
            number(row, "cpu"),
            number(row, "memory"),
            number(row, "disk"),
            number(row, "temperature"),
            number(row, "latency")),
        row.getInt("pending"),
        row.getBoolean("shows") ? Optional.of(showing(row)) : Optional.empty());
  }

  private static Showing showing(ResultSet row) throws SQLException {
    return new Showing(
        Columns.maybeText(row, "content"),
        Columns.maybeText(row, "playlist"),
        Columns.maybeText(row, "screen_state"),
        Columns.maybeText(row, "playback_source"),
        Columns.maybeText(row, "content_version"));
  }

  private static double number(ResultSet row, String column) throws SQLException {
    double number = row.getDouble(column);
    return row.wasNull() ? Double.NaN : number;
  }
}
