package io.muster.persistence;

import io.muster.actors.telemetry.Impression;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
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

  static final String INSERT =
      """
      insert into public.content_impressions
        (id, "organizationId", "contentId", "displayId", "playlistId", duration,
          "completionPercentage", "timestamp", "date", "hour")
      select s.id, d."organizationId", k.id, d.id, p.id, s.seconds, s.completion, s.at, s.day, s.hour
      from unnest(
        cast(? as text array), cast(? as text array), cast(? as text array),
        cast(? as text array), cast(? as text array), cast(? as integer array),
        cast(? as integer array), cast(? as timestamp array), cast(? as date array),
        cast(? as integer array))
        as s(id, device, org, content, playlist, seconds, completion, at, day, hour)
      join public.devices d
        on d.id = s.device and d."organizationId" = s.org
      join public."Content" k
        on k.id = s.content and k."organizationId" = d."organizationId"
      left join public."Playlist" p
        on p.id = s.playlist and p."organizationId" = d."organizationId"\
      """;

  @Override
  public int write(Connection c, List<Impression> impressions) throws SQLException {
    var before = c.setSavepoint();
    try {
      int written = insert(c, impressions);
      c.releaseSavepoint(before);
      return impressions.size() - written;
    } catch (SQLException e) {
      if (Trouble.of(e) != Trouble.ROW && !SqlState.isOtherSchema(e)) {
        throw e;
      }
      // A table or column that is not there must not keep our own tables from growing.
      c.rollback(before);
      if (SqlState.isOtherSchema(e) || impressions.size() == 1) {
        log.warn("{} impressions do not fit content_impressions: {}", impressions.size(), why(e));
        return impressions.size();
      }
    }
    // Something was deleted between the look and the insert: each for itself.
    int half = impressions.size() / 2;
    return write(c, impressions.subList(0, half))
        + write(c, impressions.subList(half, impressions.size()));
  }

  private static String why(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static int insert(Connection c, List<Impression> impressions) throws SQLException {
    try (var insert = c.prepareStatement(INSERT)) {
      bind(insert, c, impressions);
      return insert.executeUpdate();
    }
  }

  static void bind(PreparedStatement insert, Connection c, List<Impression> impressions)
      throws SQLException {
    var columns = new Arrays<>(c, impressions);
    columns.add("text", _ -> UUID.randomUUID().toString());
    columns.add("text", i -> i.device().value());
    columns.add("text", i -> i.org().value());
    columns.add("text", i -> Columns.storable(i.content()));
    columns.add("text", i -> i.playlist().map(Columns::storable).orElse(null));
    columns.add("int4", i -> i.seconds().orElse(null));
    columns.add("int4", i -> i.completion().orElse(null));
    columns.add("timestamp", i -> CmsColumns.time(i.countedAt()));
    columns.add("date", Impression::day);
    columns.add("int4", i -> CmsColumns.time(i.countedAt()).getHour());
    columns.bindTo(insert);
  }
}
