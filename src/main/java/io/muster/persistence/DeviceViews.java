package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.Picture;
import io.muster.actors.Roster;
import io.muster.actors.device.DeviceTags;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The read model, asked by SQL. */
public final class DeviceViews implements Roster, AutoCloseable {
  private static final int PAGE_MAX = 500;

  /** So many rows are fetched at once; a picture of a big fleet does not lie in memory twice. */
  private static final int FETCH = 1_000;

  private static final String SELECT =
      """
      select v.*, h.last_seen, h.app_version, h.cpu, h.memory, h.disk, h.temperature, h.latency,
        h.pending, h.shows, h.content, h.playlist, h.screen_state, h.playback_source,
        h.content_version
      from muster.device_view v left join muster.device_hints h on h.id = v.id
      where v.org = ? and not v.retired\
      """;

  /** Only what the projection follows: other entities may have tags of their own. */
  static final String OUR_TAGS =
      DeviceTags.ALL.stream().map(tag -> "'" + tag + "'").collect(Collectors.joining(", "));

  /** Not {@code max}: H2 would go through the whole index for it. */
  private static final String NEWEST =
      "select event_id from muster.event_tag where tag in (%s) order by event_id desc limit 1"
          .formatted(OUR_TAGS);

  private final Database database;
  private final Coalesced<OrgId, Picture> pictures = new Coalesced<>(this::take);
  private final Coalesced<String, Mark> heads = new Coalesced<>(_ -> lookAtHead());
  private final CatchingUp catchingUp;
  private final UnaryOperator<DeviceView> latest;

  public DeviceViews(Database database) {
    this(database, UnaryOperator.identity());
  }

  /**
   * @param latest puts what is known of the moment over what the table remembers; asked once for
   *     each row read
   */
  public DeviceViews(Database database, UnaryOperator<DeviceView> latest) {
    this.database = database;
    this.latest = latest;
    this.catchingUp = new CatchingUp(database);
  }

  // ── lists ──

  @Override
  public CompletionStage<Page<DeviceView>> list(
      OrgId org, Filter filter, int size, Optional<String> token) {
    if (size < 1 || size > PAGE_MAX) {
      return refused("a page has 1 to " + PAGE_MAX + " devices");
    }
    if (token.isPresent() && !Cursor.isWellFormed(token.get())) {
      return refused("no page has given this token");
    }
    return database.query(c -> page(c, org, filter, size, token.map(Cursor::last)));
  }

  private static <T> CompletionStage<T> refused(String why) {
    return CompletableFuture.failedFuture(new IllegalArgumentException(why));
  }

  private Page<DeviceView> page(
      Connection c, OrgId org, Filter filter, int size, Optional<String> last) throws SQLException {
    var sql = new StringBuilder(SELECT);
    var values = new ArrayList<Object>(List.of(org.value()));
    filter.presence().ifPresent(presence -> and(sql, values, "v.status = ?", presence.word()));
    filter
        .tag()
        .ifPresent(
            tag -> {
              sql.append(" and exists (select 1 from muster.device_tag t");
              sql.append(" where t.org = v.org and t.tag = ? and t.id = v.id)");
              values.add(tag);
            });
    filter
        .text()
        .map(DeviceViews::pattern)
        .ifPresent(
            like -> {
              and(sql, values, "(lower(v.id) like ? escape '!'", like);
              sql.append(" or lower(v.name) like ? escape '!')");
              values.add(like);
            });
    last.ifPresent(id -> and(sql, values, "v.id > ?", id));
    sql.append(" order by v.org, v.id limit ").append(size + 1);
    var views = views(c, sql.toString(), values);
    return views.size() <= size
        ? new Page<>(views, Optional.empty())
        : new Page<>(
            views.subList(0, size), Optional.of(Cursor.after(views.get(size - 1).id().value())));
  }

  private static void and(StringBuilder sql, List<Object> values, String condition, Object value) {
    sql.append(" and ").append(condition);
    values.add(value);
  }

  private static String pattern(String text) {
    var escaped = Columns.storable(text).toLowerCase(Locale.ROOT).replaceAll("[!%_]", "!$0");
    return "%" + escaped + "%";
  }

  @Override
  public CompletionStage<Optional<Hints>> hints(DeviceId id) {
    return database.query(c -> DeviceHints.of(c, id));
  }

  // ── pictures ──

  @Override
  public CompletionStage<Picture> picture(OrgId org) {
    return pictures.ask(org);
  }

  private CompletionStage<Picture> take(OrgId org) {
    return database.query(c -> new Picture(views(c, SELECT, List.of(org.value()))));
  }

  private List<DeviceView> views(Connection c, String sql, List<Object> values)
      throws SQLException {
    // PostgreSQL fetches in portions only within a transaction.
    c.setAutoCommit(false);
    try (var select = c.prepareStatement(sql)) {
      select.setFetchSize(FETCH);
      bind(select, values);
      var views = new ArrayList<DeviceView>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          views.add(latest.apply(DeviceTable.row(found).view(DeviceHints.read(found))));
        }
      }
      return views;
    } finally {
      c.rollback();
      c.setAutoCommit(true);
    }
  }

  // ── how far ──

  @Override
  public CompletionStage<Mark> head() {
    return heads.ask("head");
  }

  private CompletionStage<Mark> lookAtHead() {
    return database.query(
        c -> {
          try (var select = c.prepareStatement(NEWEST);
              var found = select.executeQuery()) {
            return new Mark(found.next() ? found.getLong(1) : 0);
          }
        });
  }

  @Override
  public CompletionStage<Void> caughtUp(Mark mark) {
    return catchingUp.to(mark.ordering());
  }

  // ── those who are looked for ──

  @Override
  public CompletionStage<List<DeviceId>> tagged(OrgId org, String tag, int max) {
    return ids(
        "select id from muster.device_tag where org = ? and tag = ? order by id limit ?",
        List.of(org.value(), tag, max));
  }

  @Override
  public CompletionStage<List<DeviceId>> overdue(Instant now, Set<NodeId> living, int max) {
    var sql = new StringBuilder();
    var values = new ArrayList<Object>();
    sql.append("select id from (select id, deadline as due from muster.device_view");
    // A lower bound keeps H2 away from those who wait for nothing.
    sql.append(" where deadline > ? and deadline <= ?");
    values.add(Columns.time(Instant.EPOCH));
    values.add(Columns.time(now));
    // The gaps between the living: an index can be searched for them, for "not in" it cannot.
    var after = FIRST_NODE;
    for (String node : sorted(living)) {
      sql.append(GAP).append(" and node < ?");
      values.addAll(List.of(after, node));
      after = node + SMALLEST;
    }
    sql.append(GAP);
    values.add(after);
    sql.append(") overdue order by due, id limit ?");
    values.add(max);
    return ids(sql.toString(), values);
  }

  private static final String GAP =
      " union all select id, since from muster.device_view where node >= ?";

  /** Makes of a name the next one in order: no name has this character. */
  private static final String SMALLEST = "\u0001";

  private static final String FIRST_NODE = SMALLEST;

  private static SortedSet<String> sorted(Set<NodeId> nodes) {
    var names = new TreeSet<String>();
    nodes.forEach(node -> names.add(node.value()));
    return names;
  }

  private CompletionStage<List<DeviceId>> ids(String sql, List<Object> values) {
    return database.query(
        c -> {
          try (var select = c.prepareStatement(sql)) {
            bind(select, values);
            var ids = new ArrayList<DeviceId>();
            try (ResultSet found = select.executeQuery()) {
              while (found.next()) {
                ids.add(new DeviceId(found.getString(1)));
              }
            }
            return ids;
          }
        });
  }

  private static void bind(PreparedStatement statement, List<Object> values) throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setObject(i + 1, values.get(i));
    }
  }

  @Override
  public void close() {
    catchingUp.close();
  }
}
