package io.muster.persistence;

import io.muster.actors.telemetry.Impression;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Impressions in the back end's table {@code content_impressions}, which belongs to PostgreSQL.
 * What its other tables do not know, of the device's own organisation, is left out and counted; a
 * playlist they do not know is left empty. Day and hour are UTC.
 */
public final class CmsImpressions implements ImpressionSink {
  private static final Logger log = LoggerFactory.getLogger(CmsImpressions.class);

  // Ids are compared as texts and taken from the joined rows, so that they may be texts or uuids.
  private static final String INSERT =
      """
      insert into public.content_impressions
        (id, "organizationId", "contentId", "displayId", "playlistId", duration,
          "completionPercentage", "timestamp", "date", "hour")
      select s.id, d."organizationId", k.id, d.id, p.id, s.seconds, s.completion, s.at, s.day, s.hour
      from unnest(
        cast(? as varchar array), cast(? as varchar array), cast(? as varchar array),
        cast(? as varchar array), cast(? as varchar array), cast(? as integer array),
        cast(? as integer array), cast(? as timestamp array), cast(? as date array),
        cast(? as integer array))
        as s(id, device, org, content, playlist, seconds, completion, at, day, hour)
      join public.devices d
        on cast(d.id as varchar) = s.device and cast(d."organizationId" as varchar) = s.org
      join public."Content" k
        on cast(k.id as varchar) = s.content and k."organizationId" = d."organizationId"
      left join public."Playlist" p
        on cast(p.id as varchar) = s.playlist and p."organizationId" = d."organizationId"\
      """;

  @Override
  public int write(Connection c, List<Impression> impressions) throws SQLException {
    var before = c.setSavepoint();
    try {
      int written = insert(c, impressions);
      c.releaseSavepoint(before);
      return impressions.size() - written;
    } catch (SQLException e) {
      if (Trouble.of(e) != Trouble.ROW && !isOtherSchema(e)) {
        throw e;
      }
      c.rollback(before);
      if (isOtherSchema(e) || impressions.size() == 1) {
        log.warn("{} impressions do not fit content_impressions: {}", impressions.size(), why(e));
        return impressions.size();
      }
    }
    // Something was deleted between the look and the insert: each for itself.
    int half = impressions.size() / 2;
    return write(c, impressions.subList(0, half))
        + write(c, impressions.subList(half, impressions.size()));
  }

  /** A table or column that is not there must not keep our own tables from growing. */
  private static boolean isOtherSchema(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("42");
  }

  private static String why(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static int insert(Connection c, List<Impression> impressions) throws SQLException {
    try (var insert = c.prepareStatement(INSERT)) {
      var columns = new Arrays<>(c, impressions);
      columns.add("varchar", _ -> UUID.randomUUID().toString());
      columns.add("varchar", i -> i.device().value());
      columns.add("varchar", i -> i.org().value());
      columns.add("varchar", i -> Columns.storable(i.content()));
      columns.add("varchar", i -> i.playlist().map(Columns::storable).orElse(null));
      columns.add("int4", i -> i.seconds().orElse(null));
      columns.add("int4", i -> i.completion().orElse(null));
      columns.add("timestamp", i -> utc(i));
      columns.add("date", Impression::day);
      columns.add("int4", i -> utc(i).getHour());
      columns.bindTo(insert);
      return insert.executeUpdate();
    }
  }

  private static LocalDateTime utc(Impression one) {
    return LocalDateTime.ofInstant(one.countedAt(), ZoneOffset.UTC);
  }
}
