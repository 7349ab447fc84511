package io.muster.persistence;

import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Statistics.By;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Impressions in Muster's own table, and the days they add up to. */
final class OwnImpressions implements ImpressionSink {
  private static final String INSERT =
      """
      insert into muster.impression
        (device, said_at, content, kind, org, playlist, seconds, completion, received_at, on_day)
      select s.*
      from unnest(
        cast(? as varchar array), cast(? as timestamp with time zone array),
        cast(? as varchar array), cast(? as varchar array), cast(? as varchar array),
        cast(? as varchar array), cast(? as integer array), cast(? as integer array),
        cast(? as timestamp with time zone array), cast(? as date array))
        as s(device, said_at, content, kind, org, playlist, seconds, completion, received_at, on_day)\
      """;

  private static final String ADD =
      """
      merge into muster.daily_statistics d
      using (
        select s.*
        from unnest(
          cast(? as varchar array), cast(? as varchar array), cast(? as date array),
          cast(? as varchar array), cast(? as bigint array), cast(? as bigint array),
          cast(? as bigint array), cast(? as bigint array), cast(? as bigint array))
          as s(org, subject_kind, on_day, subject, starts, plays, seconds, completion_sum,
            completion_count)
      ) n
      on d.org = n.org and d.subject_kind = n.subject_kind and d.on_day = n.on_day
        and d.subject = n.subject
      when matched then update set
        starts = d.starts + n.starts, plays = d.plays + n.plays, seconds = d.seconds + n.seconds,
        completion_sum = d.completion_sum + n.completion_sum,
        completion_count = d.completion_count + n.completion_count
      when not matched then insert
        (org, subject_kind, on_day, subject, starts, plays, seconds, completion_sum,
          completion_count)
        values (n.org, n.subject_kind, n.on_day, n.subject, n.starts, n.plays, n.seconds,
          n.completion_sum, n.completion_count)\
      """;

  @Override
  public int write(Connection c, List<Impression> impressions) throws SQLException {
    insert(c, impressions);
    add(c, sums(impressions));
    return 0;
  }

  private static void insert(Connection c, List<Impression> impressions) throws SQLException {
    try (var insert = c.prepareStatement(INSERT)) {
      var columns = new Arrays<>(c, impressions);
      columns.add("varchar", i -> i.device().value());
      columns.add("timestamptz", i -> Columns.time(i.at()));
      columns.add("varchar", i -> Columns.storable(i.content()));
      columns.add("varchar", i -> i.kind().word());
      columns.add("varchar", i -> i.org().value());
      columns.add("varchar", i -> i.playlist().map(Columns::storable).orElse(null));
      columns.add("int4", i -> i.seconds().orElse(null));
      columns.add("int4", i -> i.completion().orElse(null));
      columns.add("timestamptz", i -> Columns.time(i.received()));
      columns.add("date", Impression::day);
      columns.bindTo(insert);
      insert.executeUpdate();
    }
  }

  private record Subject(String org, By by, LocalDate day, String id) {}

  // Rows are locked in this order, so that two nodes wait for each other and not in a circle.
  private static final Comparator<Subject> ORDER =
      Comparator.comparing(Subject::org)
          .thenComparing(Subject::by)
          .thenComparing(Subject::day)
          .thenComparing(Subject::id);

  private record Sum(long starts, long plays, long seconds, long completion, long completed) {
    static Sum of(Impression one) {
      return switch (one.kind()) {
        case START -> new Sum(1, 0, 0, 0, 0);
        case END ->
            new Sum(
                0,
                1,
                one.seconds().orElse(0),
                one.completion().orElse(0),
                one.completion().isPresent() ? 1 : 0);
      };
    }

    Sum and(Sum other) {
      return new Sum(
          starts + other.starts,
          plays + other.plays,
          seconds + other.seconds,
          completion + other.completion,
          completed + other.completed);
    }
  }

  private static Map<Subject, Sum> sums(List<Impression> impressions) {
    var sums = new TreeMap<Subject, Sum>(ORDER);
    for (var one : impressions) {
      for (var by : By.values()) {
        var id =
            switch (by) {
              case DEVICE -> one.device().value();
              case CONTENT -> Columns.storable(one.content());
              case ORGANIZATION -> one.org().value();
            };
        sums.merge(new Subject(one.org().value(), by, one.day(), id), Sum.of(one), Sum::and);
      }
    }
    return sums;
  }

  private static void add(Connection c, Map<Subject, Sum> sums) throws SQLException {
    try (var merge = c.prepareStatement(ADD)) {
      var columns = new Arrays<>(c, new ArrayList<>(sums.entrySet()));
      columns.add("varchar", s -> s.getKey().org());
      columns.add("varchar", s -> s.getKey().by().word());
      columns.add("date", s -> s.getKey().day());
      columns.add("varchar", s -> s.getKey().id());
      columns.add("int8", s -> s.getValue().starts());
      columns.add("int8", s -> s.getValue().plays());
      columns.add("int8", s -> s.getValue().seconds());
      columns.add("int8", s -> s.getValue().completion());
      columns.add("int8", s -> s.getValue().completed());
      columns.bindTo(merge);
      merge.executeUpdate();
    }
  }
}
