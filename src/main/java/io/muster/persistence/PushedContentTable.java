package io.muster.persistence;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.content.Content;
import io.muster.actors.content.ContentSource;
import io.muster.actors.content.PlaylistJson;
import io.muster.actors.content.PushedContents;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Pushed content in a table. The database's clock dates it: the nodes need not agree on the time
 * for what comes later to be later.
 */
public final class PushedContentTable implements ContentSource, PushedContents {
  private static final int BATCH_MAX = 500;

  private static final String LATER =
      "greatest(cast(current_timestamp as timestamp(3) with time zone),"
          + " changed_at + interval '0.001' second)";

  private record Kept(OrgId org, Optional<Content> content) {}

  private final Database database;
  private final PlaylistJson json;
  private final Batched<DeviceId, Optional<Kept>> rows = new Batched<>(BATCH_MAX, this::read);

  public PushedContentTable(Database database, PlaylistJson json) {
    this.database = database;
    this.json = json;
  }

  // ── as a source ──

  @Override
  public CompletionStage<Effective> resolve(DeviceId id, OrgId org) {
    return rows.ask(id)
        .thenApply(
            kept ->
                kept.filter(k -> k.org().equals(org))
                    .flatMap(Kept::content)
                    .map(content -> new Effective(Optional.of(content), Optional.empty()))
                    .orElse(Effective.NOTHING));
  }

  @Override
  public boolean changesByItself() {
    return false;
  }

  private CompletionStage<Function<DeviceId, Optional<Kept>>> read(Set<DeviceId> ids) {
    return database.query(
        c -> {
          var kept = rows(c, ids);
          return id -> Optional.ofNullable(kept.get(id));
        });
  }

  private static Map<DeviceId, Kept> rows(Connection c, Set<DeviceId> ids) throws SQLException {
    try (var select =
        c.prepareStatement(
            """
            select c.* from unnest(cast(? as varchar array)) as q(id)
            join muster.device_content c on c.id = q.id\
            """)) {
      select.setArray(1, c.createArrayOf("varchar", ids.stream().map(DeviceId::value).toArray()));
      var kept = new HashMap<DeviceId, Kept>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          var changedAt = Columns.instant(found, "changed_at");
          var playlist = Columns.maybeText(found, "playlist");
          var playlistId = Columns.maybeText(found, "playlist_id");
          kept.put(
              new DeviceId(found.getString("id")),
              new Kept(
                  new OrgId(found.getString("org")),
                  playlist.map(
                      text ->
                          new Content(
                              playlistId.orElseThrow(),
                              Content.Origin.CURRENT_PLAYLIST,
                              changedAt,
                              text))));
        }
      }
      return kept;
    }
  }

  // ── as a store ──

  @Override
  public CompletionStage<Void> put(DeviceId id, OrgId org, JsonNode playlist) {
    try {
      var written = json.write(playlist);
      return keep(id, org, Optional.of(written));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletionStage<Void> remove(DeviceId id, OrgId org) {
    return keep(id, org, Optional.empty());
  }

  /** Two at once for a new device: one of them inserts, the other one tries again and updates. */
  private CompletionStage<Void> keep(
      DeviceId id, OrgId org, Optional<PlaylistJson.Written> written) {
    Database.Work<Void> work = c -> keep(c, id, org, written);
    return database
        .transaction(work)
        .exceptionallyCompose(
            failure ->
                isDuplicate(failure)
                    ? database.transaction(work)
                    : CompletableFuture.failedFuture(failure));
  }

  /** Somebody else has made the row between our look and our insert. */
  private static boolean isDuplicate(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && SqlState.isDuplicate(sql)) {
        return true;
      }
    }
    return false;
  }

  private static Void keep(
      Connection c, DeviceId id, OrgId org, Optional<PlaylistJson.Written> written)
      throws SQLException {
    var playlist = written.map(w -> Columns.storable(w.text()));
    var playlistId = written.map(w -> Columns.storable(w.id()));
    try (var select =
        c.prepareStatement(
            "select org, playlist from muster.device_content where id = ? for update")) {
      select.setString(1, id.value());
      try (var found = select.executeQuery()) {
        if (found.next()) {
          requireSame(org, found.getString("org"), id);
          if (!Columns.maybeText(found, "playlist").equals(playlist)) {
            change(
                c,
                "update muster.device_content set playlist_id = ?, playlist = ?, changed_at = %s"
                        .formatted(LATER)
                    + " where id = ?",
                playlistId.orElse(null),
                playlist.orElse(null),
                id.value());
          }
          return null;
        }
      }
    }
    if (playlist.isPresent()) {
      change(
          c,
          """
          insert into muster.device_content (playlist_id, playlist, id, org, changed_at)
          values (?, ?, ?, ?, current_timestamp)\
          """,
          playlistId.orElseThrow(),
          playlist.get(),
          id.value(),
          org.value());
    }
    return null;
  }

  private static void requireSame(OrgId org, String owner, DeviceId id) {
    if (!org.value().equals(owner)) {
      throw new IllegalArgumentException("%s has content of another organisation".formatted(id));
    }
  }

  private static void change(Connection c, String sql, String... values) throws SQLException {
    try (var statement = c.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
