package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.notify.GraceRules;
import io.muster.actors.notify.Notice;
import io.muster.actors.notify.Notification;
import io.muster.actors.notify.NotificationSettings;
import io.muster.actors.notify.Outage;
import io.muster.actors.notify.OutageBook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Outages beside the read model, in one database: a round is a transaction over both. */
public final class SqlOutages implements OutageBook {
  private static final int FORGET_MAX = 10_000;

  /** Offline, and somebody waits for it. */
  private static final String IS_DOWN = "v.status = 'offline' and not v.retired and not v.disabled";

  private final Database database;
  private final NotificationTable notifications;
  private final GraceRules rules;
  private final NotificationSettings settings;

  public SqlOutages(
      Database database,
      NotificationTable notifications,
      GraceRules rules,
      NotificationSettings settings) {
    this.database = database;
    this.notifications = notifications;
    this.rules = rules;
    this.settings = settings;
  }

  /** A device that is down. */
  private record Down(
      DeviceId id,
      OrgId org,
      String name,
      SortedSet<String> tags,
      Instant since,
      Instant leftAt,
      boolean isKnown) {
    Key key() {
      return new Key(id, since);
    }
  }

  private record Key(DeviceId device, Instant since) {}

  /** An outage of the table, with the device as it is now. */
  private record Row(
      Key key,
      OrgId org,
      String name,
      SortedSet<String> tags,
      Instant disconnectedAt,
      boolean isTold,
      int reminders,
      boolean returnTold,
      boolean isBack,
      Optional<Instant> backAt) {}

  // ── a round ──

  @Override
  public CompletionStage<Round> reconcile(Instant now) {
    return database.transaction(c -> new Pass(c, now).run());
  }

  /** One round within its transaction. */
  private final class Pass {
    private final Connection c;
    private final Instant now;
    // In the order in which they are to be read; the key finds the outage again.
    private final Map<String, Key> offline = new LinkedHashMap<>();
    private final Map<String, Notice> notices = new LinkedHashMap<>();

    Pass(Connection c, Instant now) {
      this.c = c;
      this.now = now;
    }

    Round run() throws SQLException {
      if (!hasBegun()) {
        begin();
      }
      // First those that end: a device that was back for a moment has one that ends, and one that
      // begins.
      var ended = ended();
      close(ended);
      var down = down();
      var begun = open(down);
      int reminded = remind();
      var refused = store();
      return new Round(
          begun.size(),
          ended.size(),
          reminded,
          refused.size(),
          countOpen(),
          offline.entrySet().stream()
              .filter(e -> !refused.contains(e.getKey()))
              .filter(e -> notices.get(e.getKey()) instanceof Notice.WentOffline)
              .map(e -> Duration.between(e.getValue().since(), now))
              .toList(),
          ended.size() == ROUND_MAX || down.size() == ROUND_MAX || reminded == ROUND_MAX);
    }

    // ── the first ──

    private boolean hasBegun() throws SQLException {
      try (var select =
              c.prepareStatement(
                  "select began_at from muster.notification_state where id = 1 for update");
          var found = select.executeQuery()) {
        return found.next();
      }
    }

    /** Who was down before anybody kept books is no news, however many they are. */
    private void begin() throws SQLException {
      change(
          "insert into muster.notification_state (id, began_at) values (1, ?)", Columns.time(now));
      change(
          """
          insert into muster.outage
            (device, since, org, name, disconnected_at, opened_at, reminders, return_told)
          select v.id, v.since, v.org, v.name, coalesce(v.left_at, v.since),
            cast(? as timestamp with time zone), 0, false
          from muster.device_view v where %s\
          """
              .formatted(IS_DOWN),
          Columns.time(now));
    }

    // ── those that end ──

    private List<Row> ended() throws SQLException {
      return rows(
          """
          select o.*, v.status, v.since as state_since, v.tags, v.retired, v.disabled
          from muster.outage o left join muster.device_view v on v.id = o.device
          where o.closed_at is null
            and (v.id is null or v.since <> o.since or not (%s))
          order by o.device, o.since limit ?\
          """
              .formatted(IS_DOWN),
          ROUND_MAX);
    }

    private void close(List<Row> ended) throws SQLException {
      var closed = new ArrayList<Object[]>();
      for (Row row : ended) {
        boolean tells =
            isWanted(row.key().device(), row.org(), row.tags())
                && row.isBack()
                && row.isTold()
                && !row.returnTold();
        closed.add(
            new Object[] {
              Columns.time(now),
              row.returnTold() || tells,
              row.key().device().value(),
              time(row.key())
            });
        if (tells) {
          say(
              row.key(),
              new Notice.BackOnline(
                  row.key().device(),
                  row.org(),
                  row.name(),
                  row.disconnectedAt(),
                  row.backAt().orElse(now)));
        }
      }
      batch(
          """
          update muster.outage set closed_at = ?, return_told = ?
          where device = ? and since = ? and closed_at is null\
          """,
          closed);
    }

    // ── those that begin ──

    private List<Down> down() throws SQLException {
      var sql =
          """
          select v.id, v.org, v.name, v.tags, v.since, v.left_at, o.device as known
          from muster.device_view v
            left join muster.outage o on o.device = v.id and o.since = v.since
          where %s and (o.device is null or o.closed_at is not null)
          order by v.since, v.id limit ?\
          """
              .formatted(IS_DOWN);
      try (var select = c.prepareStatement(sql)) {
        select.setInt(1, ROUND_MAX);
        var down = new ArrayList<Down>();
        try (var found = select.executeQuery()) {
          while (found.next()) {
            var since = Columns.instant(found, "since");
            down.add(
                new Down(
                    new DeviceId(found.getString("id")),
                    new OrgId(found.getString("org")),
                    found.getString("name"),
                    DeviceTable.tags(found.getString("tags")),
                    since,
                    Columns.maybeInstant(found, "left_at").orElse(since),
                    found.getString("known") != null));
          }
        }
        return down;
      }
    }

    /** The fresh ones. One that was only disabled for a while goes on as it was. */
    private List<Down> open(List<Down> down) throws SQLException {
      var goingOn =
          down.stream()
              .filter(Down::isKnown)
              .map(d -> new Object[] {d.id().value(), time(d.key())})
              .toList();
      batch("update muster.outage set closed_at = null where device = ? and since = ?", goingOn);
      var fresh = down.stream().filter(d -> !d.isKnown()).toList();
      var rows = new ArrayList<Object[]>();
      for (Down d : fresh) {
        boolean tells = isWanted(d.id(), d.org(), d.tags());
        rows.add(
            new Object[] {
              d.id().value(),
              time(d.key()),
              d.org().value(),
              d.name(),
              Columns.time(d.leftAt()),
              Columns.time(now),
              tells ? Columns.time(now) : null,
              0,
              false
            });
        if (tells) {
          say(d.key(), new Notice.WentOffline(d.id(), d.org(), d.name(), d.leftAt()));
        }
      }
      batch(
          """
          insert into muster.outage
            (device, since, org, name, disconnected_at, opened_at, told_at, reminders, return_told)
          values (?, ?, ?, ?, ?, ?, ?, ?, ?)\
          """,
          rows);
      return fresh;
    }

    // ── those that last ──

    private int remind() throws SQLException {
      if (!settings.reminds()) {
        return 0;
      }
      var due =
          rows(
              """
              select o.*, v.status, v.since as state_since, v.tags, v.retired, v.disabled
              from muster.outage o join muster.device_view v on v.id = o.device
              where o.closed_at is null and o.told_at <= ? order by o.told_at limit ?\
              """,
              Columns.time(now.minus(settings.remindAfter())),
              ROUND_MAX);
      var told = new ArrayList<Object[]>();
      int reminded = 0;
      for (Row row : due) {
        // One that was muted meanwhile has its turn like the others, without a word.
        boolean tells = isWanted(row.key().device(), row.org(), row.tags());
        int number = tells ? row.reminders() + 1 : row.reminders();
        told.add(
            new Object[] {Columns.time(now), number, row.key().device().value(), time(row.key())});
        if (!tells) {
          continue;
        }
        reminded++;
        say(
            row.key(),
            new Notice.StillOffline(
                row.key().device(),
                row.org(),
                row.name(),
                row.disconnectedAt(),
                number,
                Duration.between(row.disconnectedAt(), now)));
      }
      batch(
          "update muster.outage set told_at = ?, reminders = ? where device = ? and since = ?",
          told);
      return reminded;
    }

    // ── what is told ──

    private boolean isWanted(DeviceId id, OrgId org, SortedSet<String> tags) {
      return settings.enabled() && !rules.isMuted(id, org, tags);
    }

    private void say(Key outage, Notice notice) {
      var id = UUID.randomUUID().toString();
      offline.put(id, outage);
      notices.put(id, notice);
    }

    /** The ids of those that the store refuses; their outages are silent from now on. */
    private Set<String> store() throws SQLException {
      var rows = new ArrayList<Notification>();
      notices.forEach((id, notice) -> rows.add(NoticeJson.row(id, notice, now)));
      var refused = notifications.insert(c, rows);
      var silent = new ArrayList<Object[]>();
      var outbox = new ArrayList<Object[]>();
      for (Notification row : rows) {
        var outage = offline.get(row.id());
        if (refused.contains(row.id())) {
          silent.add(new Object[] {outage.device().value(), time(outage)});
        } else {
          outbox.add(
              new Object[] {
                row.id(),
                row.org().value(),
                NoticeJson.event(row, notices.get(row.id())),
                Columns.time(row.createdAt())
              });
        }
      }
      batch("update muster.outage set told_at = null where device = ? and since = ?", silent);
      batch(
          """
          insert into muster.notification_outbox (id, org, payload, created_at)
          values (?, ?, ?, ?)\
          """,
          outbox);
      return refused;
    }

    // ── plumbing ──

    private int countOpen() throws SQLException {
      try (var select =
              c.prepareStatement("select count(*) from muster.outage where closed_at is null");
          var found = select.executeQuery()) {
        found.next();
        return found.getInt(1);
      }
    }

    private List<Row> rows(String sql, Object... values) throws SQLException {
      try (var select = c.prepareStatement(sql)) {
        SqlOutages.bind(select, values);
        var rows = new ArrayList<Row>();
        try (var found = select.executeQuery()) {
          while (found.next()) {
            rows.add(row(found));
          }
        }
        return rows;
      }
    }

    private Row row(ResultSet row) throws SQLException {
      var since = Columns.instant(row, "since");
      var status = row.getString("status");
      boolean isThere = "online".equals(status);
      // Offline again already: it was back in between, or the outage would still be the same.
      boolean isBack =
          status != null
              && !row.getBoolean("retired")
              && !row.getBoolean("disabled")
              && !Columns.instant(row, "state_since").equals(since);
      return new Row(
          new Key(new DeviceId(row.getString("device")), since),
          new OrgId(row.getString("org")),
          row.getString("name"),
          DeviceTable.tags(Columns.maybeText(row, "tags").orElse("")),
          Columns.instant(row, "disconnected_at"),
          row.getObject("told_at") != null,
          row.getInt("reminders"),
          row.getBoolean("return_told"),
          isBack,
          isThere ? Columns.maybeInstant(row, "state_since") : Optional.empty());
    }

    private void change(String sql, Object... values) throws SQLException {
      try (var statement = c.prepareStatement(sql)) {
        SqlOutages.bind(statement, values);
        statement.executeUpdate();
      }
    }

    private void batch(String sql, List<Object[]> rows) throws SQLException {
      if (rows.isEmpty()) {
        return;
      }
      try (var statement = c.prepareStatement(sql)) {
        for (Object[] row : rows) {
          SqlOutages.bind(statement, row);
          statement.addBatch();
        }
        statement.executeBatch();
      }
    }
  }

  private static Object time(Key key) {
    return Columns.time(key.since());
  }

  private static void bind(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  // ── who is to be told ──

  @Override
  public CompletionStage<List<Untold>> untold(int max) {
    return database.query(
        c -> {
          try (var select =
              c.prepareStatement(
                  "select * from muster.notification_outbox order by created_at, id limit ?")) {
            select.setInt(1, max);
            var untold = new ArrayList<Untold>();
            try (var found = select.executeQuery()) {
              while (found.next()) {
                untold.add(
                    new Untold(
                        found.getString("id"),
                        new OrgId(found.getString("org")),
                        found.getString("payload")));
              }
            }
            return untold;
          }
        });
  }

  @Override
  public CompletionStage<Void> told(List<Untold> told) {
    return database.query(
        c -> {
          try (var delete =
              c.prepareStatement("delete from muster.notification_outbox where id = any(?)")) {
            delete.setArray(1, c.createArrayOf("varchar", told.stream().map(Untold::id).toArray()));
            delete.executeUpdate();
            return null;
          }
        });
  }

  @Override
  public CompletionStage<Integer> forget(Instant before) {
    return database.transaction(
        c ->
            delete(
                    c,
                    """
                    delete from muster.outage where (device, since) in (
                      select device, since from muster.outage where closed_at < ? limit ?)\
                    """,
                    before)
                + delete(
                    c,
                    """
                    delete from muster.notification where id in (
                      select id from muster.notification where created_at < ? limit ?)\
                    """,
                    before));
  }

  private static int delete(Connection c, String sql, Instant before) throws SQLException {
    try (var delete = c.prepareStatement(sql)) {
      delete.setObject(1, Columns.time(before));
      delete.setInt(2, FORGET_MAX);
      return delete.executeUpdate();
    }
  }

  // ── lists ──

  @Override
  public CompletionStage<Page<Outage>> open(OrgId org, int size, Optional<String> token) {
    if (size < 1 || size > TimePages.SIZE_MAX) {
      return TimePages.refused("a page has 1 to " + TimePages.SIZE_MAX + " items");
    }
    if (token.isPresent() && !Cursor.isWellFormed(token.get())) {
      return TimePages.refused("no page has given this token");
    }
    var after = token.map(Cursor::last);
    var sql =
        """
        select v.id as device, v.org, v.name, v.since, v.left_at as disconnected_at, o.told_at,
          coalesce(o.reminders, 0) as reminders, cast(null as timestamp with time zone) as closed_at
        from muster.device_view v
          left join muster.outage o on o.device = v.id and o.since = v.since
        where v.org = ? and %s%s order by v.org, v.id limit ?\
        """
            .formatted(IS_DOWN, after.isPresent() ? " and v.id > ?" : "");
    var values = new ArrayList<Object>(List.of(org.value()));
    after.ifPresent(values::add);
    values.add(size + 1);
    return database.query(
        c -> {
          var found = outages(c, sql, values);
          return found.size() <= size
              ? new Page<>(found, Optional.empty())
              : new Page<>(
                  found.subList(0, size),
                  Optional.of(Cursor.after(found.get(size - 1).device().value())));
        });
  }

  @Override
  public CompletionStage<Page<Outage>> closed(OrgId org, int size, Optional<String> token) {
    return TimePages.asked(size, token)
        .thenCompose(
            after -> {
              var sql =
                  "select o.* from muster.outage o where o.org = ? and o.closed_at is not null"
                      + TimePages.condition(after, "o.closed_at", "o.device")
                      + " order by o.closed_at desc, o.device desc limit ?";
              var values = new ArrayList<Object>(List.of(org.value()));
              after.ifPresent(
                  place ->
                      values.addAll(
                          List.of(
                              Columns.time(place.at()), Columns.time(place.at()), place.name())));
              values.add(size + 1);
              return database.query(
                  c ->
                      TimePages.page(
                          outages(c, sql, values),
                          size,
                          o -> new TimePages.Place(o.endedAt().orElseThrow(), o.device().value())));
            });
  }

  private static List<Outage> outages(Connection c, String sql, List<Object> values)
      throws SQLException {
    try (var select = c.prepareStatement(sql)) {
      bind(select, values.toArray());
      var outages = new ArrayList<Outage>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          var since = Columns.instant(found, "since");
          outages.add(
              new Outage(
                  new DeviceId(found.getString("device")),
                  new OrgId(found.getString("org")),
                  found.getString("name"),
                  Columns.maybeInstant(found, "disconnected_at").orElse(since),
                  since,
                  Columns.maybeInstant(found, "closed_at"),
                  found.getObject("told_at") != null,
                  found.getInt("reminders")));
        }
      }
      return outages;
    }
  }
}
