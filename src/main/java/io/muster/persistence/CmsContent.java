package io.muster.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import io.muster.actors.content.ContentSource;
import io.muster.actors.content.EffectiveContent;
import io.muster.actors.content.EffectiveContent.Chosen;
import io.muster.actors.content.EffectiveContent.Shown;
import io.muster.actors.content.EffectiveContent.Zones;
import io.muster.actors.content.PlaylistJson;
import io.muster.actors.content.PlaylistRow;
import io.muster.actors.content.PlaylistRow.ContentRow;
import io.muster.actors.content.PlaylistRow.Item;
import io.muster.actors.content.Schedule;
import io.muster.actors.content.Schedules;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What devices shall show, from the tables of a CMS in schema {@code public}. Every query names the
 * organisation: a row that points at another one's finds nothing there.
 *
 * <p>A batch reads from the outside in: devices, schedules, playlists, items, zones. A change that
 * comes in between is seen with its older date and once more with its newer one; never the other
 * way round, which would hide it.
 */
public final class CmsContent implements ContentSource {
  private static final int BATCH_MAX = 500;

  private static final String ASKED = "unnest(cast(? as text[]), cast(? as text[])) as q(id, org)";

  private static final String DEVICES =
      """
      select d.id, d."organizationId", d.timezone, d."currentPlaylistId"
      from %s join public.devices d on d.id = q.id and d."organizationId" = q.org
      where not d."isDisabled"\
      """
          .formatted(ASKED);

  // Two halves instead of an "or": each is found by an index.
  private static final String SCHEDULES =
      """
      with q as materialized (select * from %s),
      mine as (
        select q.id as device, s.* from q
        join public."Schedule" s on s."displayId" = q.id and s."organizationId" = q.org
        union all
        select q.id as device, s.* from q
        join public."DisplayGroupMember" m on m."displayId" = q.id
        join public."Schedule" s
          on s."displayGroupId" = m."displayGroupId" and s."organizationId" = q.org
      )
      select mine.* from mine
      join public."Playlist" p
        on p.id = mine."playlistId" and p."organizationId" = mine."organizationId"
      where mine."isActive" and mine."startDate" <= ?
        and (mine."endDate" is null or mine."endDate" >= ?)\
      """
          .formatted(ASKED);

  private static final String PLAYLISTS =
      """
      select p.id, p."organizationId", p.name, p."updatedAt"
      from %s join public."Playlist" p on p.id = q.id and p."organizationId" = q.org\
      """
          .formatted(ASKED);

  private static final String CONTENT_COLUMNS =
      """
      c.id, c.name, c.type, c.url, c.thumbnail, c."mimeType", c.duration,
      cast(c.metadata as text) as metadata, c.status, c."expiresAt", c."updatedAt"\
      """;

  private static final String ITEMS =
      """
      select i."playlistId", q.org, i."contentId", i."order", i.duration as seconds, %s
      from %s join public."Playlist" p on p.id = q.id and p."organizationId" = q.org
      join public."PlaylistItem" i on i."playlistId" = p.id
      left join public."Content" c on c.id = i."contentId" and c."organizationId" = q.org
      order by i."order", i.id\
      """
          .formatted(CONTENT_COLUMNS, ASKED);

  private static final String CONTENTS =
      """
      select q.org, %s
      from %s join public."Content" c on c.id = q.id and c."organizationId" = q.org\
      """
          .formatted(CONTENT_COLUMNS, ASKED);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Something of an organisation. */
  private record Owned(String id, String org) {}

  private record Device(ZoneId zone, Optional<String> playlist) {}

  private final Database database;
  private final PlaylistJson json;
  private final Undeliverable undeliverable;
  private final Clock clock;
  private final Batched<Owned, Effective> batched = new Batched<>(BATCH_MAX, this::resolve);

  public CmsContent(Database database, PlaylistJson json, Telemetry telemetry, Clock clock) {
    this.database = database;
    this.json = json;
    this.undeliverable = new Undeliverable(telemetry);
    this.clock = clock;
  }

  @Override
  public CompletionStage<Effective> resolve(DeviceId id, OrgId org) {
    return batched.ask(new Owned(id.value(), org.value()));
  }

  @Override
  public boolean changesByItself() {
    return true;
  }

  private CompletionStage<Function<Owned, Effective>> resolve(Set<Owned> asked) {
    return database.query(c -> resolve(c, asked));
  }

  private Function<Owned, Effective> resolve(Connection c, Set<Owned> asked) throws SQLException {
    var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    var devices = devices(c, asked);
    var schedules = schedules(c, devices.keySet(), now);
    var chosen = new HashMap<Owned, Chosen>();
    var wanted = new HashSet<Owned>();
    devices.forEach(
        (id, device) -> {
          var choice =
              EffectiveContent.choose(
                  new Schedules(schedules.getOrDefault(id, List.of()), device.zone()),
                  device.playlist(),
                  now);
          chosen.put(id, choice);
          choice.choice().ifPresent(it -> wanted.add(new Owned(it.playlistId(), id.org())));
        });
    var playlists = playlists(c, wanted);
    var zones = zones(c, playlists);
    var shown = new HashMap<Owned, Optional<Shown>>();
    return id ->
        Optional.ofNullable(chosen.get(id))
            .map(
                choice ->
                    effective(
                        choice,
                        id.org(),
                        playlist ->
                            Optional.ofNullable(playlists.get(playlist))
                                .flatMap(
                                    row ->
                                        shown.computeIfAbsent(
                                            playlist, _ -> shown(row, playlist, zones, now)))))
            .orElse(Effective.NOTHING);
  }

  /** Empty when it cannot be delivered: that is no outage, and to look again soon is in vain. */
  private Optional<Shown> shown(PlaylistRow row, Owned playlist, AllZones zones, Instant now) {
    try {
      return Optional.of(EffectiveContent.show(row, of(playlist.org(), zones), json, now));
    } catch (RuntimeException why) {
      undeliverable.found(playlist.id(), playlist.org(), why);
      return Optional.empty();
    }
  }

  private static Effective effective(
      Chosen chosen, String org, Function<Owned, Optional<Shown>> playlists) {
    return chosen
        .choice()
        .flatMap(
            choice ->
                playlists
                    .apply(new Owned(choice.playlistId(), org))
                    .map(shown -> EffectiveContent.effective(chosen, choice, shown)))
        .orElse(new Effective(Optional.empty(), chosen.until()));
  }

  // ── devices and their schedules ──

  private static Map<Owned, Device> devices(Connection c, Set<Owned> asked) throws SQLException {
    var devices = new HashMap<Owned, Device>();
    try (var select = c.prepareStatement(DEVICES)) {
      bind(select, c, asked);
      try (var found = select.executeQuery()) {
        while (found.next()) {
          devices.put(
              new Owned(found.getString("id"), found.getString("organizationId")),
              new Device(
                  EffectiveContent.zone(Columns.maybeText(found, "timezone").orElse("UTC")),
                  Columns.maybeText(found, "currentPlaylistId")));
        }
      }
    }
    return devices;
  }

  private static Map<Owned, List<Schedule>> schedules(Connection c, Set<Owned> devices, Instant now)
      throws SQLException {
    var schedules = new HashMap<Owned, List<Schedule>>();
    if (devices.isEmpty()) {
      return schedules;
    }
    try (var select = c.prepareStatement(SCHEDULES)) {
      bind(select, c, devices);
      select.setObject(3, CmsColumns.time(now.plus(Schedules.HORIZON)));
      select.setObject(4, CmsColumns.time(now));
      try (var found = select.executeQuery()) {
        while (found.next()) {
          schedules
              .computeIfAbsent(
                  new Owned(found.getString("device"), found.getString("organizationId")),
                  _ -> new ArrayList<>())
              .add(schedule(found));
        }
      }
    }
    return schedules;
  }

  private static Schedule schedule(ResultSet row) throws SQLException {
    return new Schedule(
        row.getString("id"),
        row.getString("playlistId"),
        row.getInt("priority"),
        CmsColumns.instant(row, "startDate"),
        CmsColumns.maybeInstant(row, "endDate"),
        CmsColumns.maybeWhole(row, "startTime"),
        CmsColumns.maybeWhole(row, "endTime"),
        CmsColumns.wholes(row, "daysOfWeek"),
        CmsColumns.instant(row, "updatedAt"));
  }

  // ── playlists and what is in them ──

  private static Map<Owned, PlaylistRow> playlists(Connection c, Set<Owned> wanted)
      throws SQLException {
    var playlists = new HashMap<Owned, PlaylistRow>();
    if (wanted.isEmpty()) {
      return playlists;
    }
    try (var select = c.prepareStatement(PLAYLISTS)) {
      bind(select, c, wanted);
      try (var found = select.executeQuery()) {
        while (found.next()) {
          playlists.put(
              new Owned(found.getString("id"), found.getString("organizationId")),
              new PlaylistRow(
                  found.getString("id"),
                  found.getString("name"),
                  CmsColumns.instant(found, "updatedAt"),
                  new ArrayList<>()));
        }
      }
    }
    fill(c, playlists);
    return playlists;
  }

  private static void fill(Connection c, Map<Owned, PlaylistRow> playlists) throws SQLException {
    try (var select = c.prepareStatement(ITEMS)) {
      bind(select, c, playlists.keySet());
      try (var found = select.executeQuery()) {
        while (found.next()) {
          playlists
              .get(new Owned(found.getString("playlistId"), found.getString("org")))
              .items()
              .add(
                  new Item(
                      found.getString("contentId"),
                      found.getInt("order"),
                      CmsColumns.maybeWhole(found, "seconds"),
                      found.getString("id") == null
                          ? Optional.empty()
                          : Optional.of(content(found))));
        }
      }
    }
  }

  private static ContentRow content(ResultSet row) throws SQLException {
    return new ContentRow(
        row.getString("id"),
        row.getString("name"),
        row.getString("type"),
        row.getString("url"),
        Columns.maybeText(row, "thumbnail"),
        Columns.maybeText(row, "mimeType"),
        CmsColumns.maybeWhole(row, "duration"),
        Columns.maybeText(row, "metadata").map(CmsContent::parsed),
        row.getString("status"),
        CmsColumns.maybeInstant(row, "expiresAt"),
        CmsColumns.instant(row, "updatedAt"));
  }

  private static JsonNode parsed(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      // One that is nested beyond any sense must not keep the others of its batch from theirs.
      return NullNode.getInstance();
    }
  }

  // ── zones of layouts ──

  private record AllZones(Map<Owned, PlaylistRow> playlists, Map<Owned, ContentRow> contents) {}

  private static AllZones zones(Connection c, Map<Owned, PlaylistRow> playlists)
      throws SQLException {
    var playlistIds = new HashSet<Owned>();
    var contentIds = new HashSet<Owned>();
    playlists.forEach(
        (playlist, row) -> {
          for (Item item : row.items()) {
            item.content()
                .filter(ContentRow::isLayout)
                .ifPresent(
                    layout -> {
                      add(playlistIds, EffectiveContent.playlistsOfZones(layout), playlist.org());
                      add(contentIds, EffectiveContent.contentsOfZones(layout), playlist.org());
                    });
          }
        });
    return new AllZones(playlists(c, playlistIds), contents(c, contentIds));
  }

  private static void add(Set<Owned> all, Collection<String> ids, String org) {
    ids.forEach(id -> all.add(new Owned(id, org)));
  }

  private static Map<Owned, ContentRow> contents(Connection c, Set<Owned> wanted)
      throws SQLException {
    var contents = new HashMap<Owned, ContentRow>();
    if (wanted.isEmpty()) {
      return contents;
    }
    try (var select = c.prepareStatement(CONTENTS)) {
      bind(select, c, wanted);
      try (var found = select.executeQuery()) {
        while (found.next()) {
          contents.put(new Owned(found.getString("id"), found.getString("org")), content(found));
        }
      }
    }
    return contents;
  }

  private static Zones of(String org, AllZones all) {
    return new Zones(of(org, all.playlists()), of(org, all.contents()));
  }

  private static <T> Map<String, T> of(String org, Map<Owned, T> all) {
    var own = new HashMap<String, T>();
    all.forEach(
        (id, row) -> {
          if (id.org().equals(org)) {
            own.put(id.id(), row);
          }
        });
    return own;
  }

  private static void bind(PreparedStatement statement, Connection c, Collection<Owned> asked)
      throws SQLException {
    var inOrder = List.copyOf(asked);
    statement.setArray(1, CmsColumns.texts(c, inOrder, Owned::id));
    statement.setArray(2, CmsColumns.texts(c, inOrder, Owned::org));
  }
}
