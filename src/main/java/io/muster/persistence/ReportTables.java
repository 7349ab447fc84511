package io.muster.persistence;

import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Report;
import io.muster.actors.telemetry.Reports.Kept;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Writes a batch of reports in one transaction: those that are new, and what they add up to. */
final class ReportTables {
  private final Database database;
  private final List<ImpressionSink> sinks = new ArrayList<>();

  ReportTables(Database database, List<ImpressionSink> more) {
    this.database = database;
    sinks.add(new OwnImpressions());
    sinks.addAll(more);
  }

  /**
   * @param kept of each report, in order
   * @param unlisted impressions that another sink had no place for
   */
  record Written(List<Report> reports, List<Kept> kept, int unlisted) {
    int count(Class<? extends Report> kind, Kept how) {
      return (int)
          IntStream.range(0, kept.size())
              .filter(i -> kind.isInstance(reports.get(i)) && kept.get(i) == how)
              .count();
    }
  }

  /** All of it, or nothing and an exception. Blocks. */
  Written write(List<Report> batch) throws SQLException {
    try (var c = database.connection()) {
      c.setAutoCommit(false);
      try {
        var written = write(c, batch);
        c.commit();
        return written;
      } catch (SQLException | RuntimeException e) {
        rollback(c, e);
        throw e;
      } finally {
        restore(c);
      }
    }
  }

  private static void rollback(Connection c, Exception reason) {
    try {
      c.rollback();
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  /** The pool finds out by itself when the connection is broken. */
  private static void restore(Connection c) throws SQLException {
    if (!c.isClosed()) {
      c.setAutoCommit(true);
    }
  }

  private Written write(Connection c, List<Report> batch) throws SQLException {
    var kept = new ArrayList<>(Collections.nCopies(batch.size(), Kept.REPEATED));
    var impressions =
        fresh(c, batch, kept, Impression.class, "impression", "kind", i -> i.kind().word());
    int unlisted = 0;
    if (!impressions.isEmpty()) {
      for (var sink : sinks) {
        unlisted += sink.write(c, impressions);
      }
    }
    var errors =
        fresh(c, batch, kept, ContentError.class, "content_error", "type", e -> e.type().word());
    if (!errors.isEmpty()) {
      insert(c, errors);
    }
    return new Written(batch, kept, unlisted);
  }

  private record Key(String device, Object at, String content, String kind) {}

  /**
   * Those of one kind that are neither in the table nor twice in the batch, in the order of their
   * keys: two nodes that write at once wait for each other and not in a circle.
   */
  private static <T extends Report> List<T> fresh(
      Connection c,
      List<Report> batch,
      List<Kept> kept,
      Class<T> type,
      String table,
      String kindColumn,
      Function<T, String> kind)
      throws SQLException {
    var seen = new HashSet<Key>();
    var candidates = new ArrayList<T>();
    var places = new ArrayList<Integer>();
    for (int i = 0; i < batch.size(); i++) {
      if (type.isInstance(batch.get(i))) {
        var report = type.cast(batch.get(i));
        if (seen.add(key(report, kind.apply(report)))) {
          candidates.add(report);
          places.add(i);
        }
      }
    }
    if (candidates.isEmpty()) {
      return List.of();
    }
    var isKnown = known(c, candidates, table, kindColumn, kind);
    var fresh = new ArrayList<T>();
    for (int i = 0; i < candidates.size(); i++) {
      if (!isKnown.get(i)) {
        kept.set(places.get(i), Kept.STORED);
        fresh.add(candidates.get(i));
      }
    }
    return fresh;
  }

  private static Key key(Report report, String kind) {
    return new Key(
        report.device().value(),
        Columns.time(report.at()),
        Columns.storable(report.content()),
        kind);
  }

  private static <T extends Report> BitSet known(
      Connection c, List<T> candidates, String table, String kindColumn, Function<T, String> kind)
      throws SQLException {
    // The outer join makes the embedded store begin with the batch and not with the table.
    var sql =
        """
        select s.n, t.device
        from unnest(
          cast(? as integer array), cast(? as varchar array),
          cast(? as timestamp with time zone array), cast(? as varchar array),
          cast(? as varchar array)) as s(n, device, said_at, content, kind)
        left join muster.%s t
          on t.device = s.device and t.said_at = s.said_at and t.content = s.content
            and t.%s = s.kind\
        """
            .formatted(table, kindColumn);
    var known = new BitSet();
    try (var select = c.prepareStatement(sql)) {
      var numbers = IntStream.range(0, candidates.size()).boxed().toList();
      var columns = new Arrays<>(c, numbers);
      columns.add("int4", n -> n);
      columns.add("varchar", n -> candidates.get(n).device().value());
      columns.add("timestamptz", n -> Columns.time(candidates.get(n).at()));
      columns.add("varchar", n -> Columns.storable(candidates.get(n).content()));
      columns.add("varchar", n -> kind.apply(candidates.get(n)));
      columns.bindTo(select);
      try (var found = select.executeQuery()) {
        while (found.next()) {
          known.set(found.getInt(1), found.getString(2) != null);
        }
      }
    }
    return known;
  }

  private static void insert(Connection c, List<ContentError> errors) throws SQLException {
    var sql =
        """
        insert into muster.content_error
          (device, said_at, content, type, org, playlist, message, code, received_at)
        select s.*
        from unnest(
          cast(? as varchar array), cast(? as timestamp with time zone array),
          cast(? as varchar array), cast(? as varchar array), cast(? as varchar array),
          cast(? as varchar array), cast(? as varchar array), cast(? as varchar array),
          cast(? as timestamp with time zone array))
          as s(device, said_at, content, type, org, playlist, message, code, received_at)\
        """;
    try (var insert = c.prepareStatement(sql)) {
      var columns = new Arrays<>(c, errors);
      columns.add("varchar", e -> e.device().value());
      columns.add("timestamptz", e -> Columns.time(e.at()));
      columns.add("varchar", e -> Columns.storable(e.content()));
      columns.add("varchar", e -> e.type().word());
      columns.add("varchar", e -> e.org().value());
      columns.add("varchar", e -> e.playlist().map(Columns::storable).orElse(null));
      columns.add("varchar", e -> e.message().map(Columns::storable).orElse(null));
      columns.add("varchar", e -> e.code().map(Columns::storable).orElse(null));
      columns.add("timestamptz", e -> Columns.time(e.received()));
      columns.bindTo(insert);
      insert.executeUpdate();
    }
  }
}
