package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Registry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The rows of a CMS decide who is a device. Reads in batches: a whole fleet may come at once. */
public final class CmsRegistry implements Registry {
  private static final int BATCH_MAX = 500;

  private static final String DEVICES =
      """
      select d.id, d."organizationId", d.nickname, d."isDisabled", d."jwtToken",
        case when jsonb_typeof(d.metadata -> 'qrOverlay') = 'object'
          then cast(d.metadata -> 'qrOverlay' as text) end as overlay
      from unnest(cast(? as text[])) as q(id) join public.devices d on d.id = q.id\
      """;

  private static final String USED =
      """
      update public.devices set "jwtToken" = ?, "updatedAt" = ?
      where id = ? and "organizationId" = ? and "jwtToken" = ?\
      """;

  private static final String STORED =
      """
      select "jwtToken" from public.devices where id = ? and "organizationId" = ?\
      """;

  /** As the row has it: a name that is none of ours spoils its own device only. */
  private record Row(
      String org,
      Optional<String> nickname,
      boolean disabled,
      Optional<String> tokenHash,
      Optional<String> overlay) {
    Entry entry(DeviceId id) {
      return new Entry(
          new OrgId(org),
          nickname.filter(name -> !name.isBlank()).orElse(id.value()),
          disabled,
          tokenHash.filter(hash -> !hash.isBlank()),
          overlay);
    }
  }

  private final Database database;
  private final Clock clock;
  private final Batched<DeviceId, Optional<Entry>> rows = new Batched<>(BATCH_MAX, this::read);

  public CmsRegistry(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Optional<Entry>> find(DeviceId id) {
    return rows.ask(id);
  }

  private CompletionStage<Function<DeviceId, Optional<Entry>>> read(Set<DeviceId> ids) {
    return database.query(
        c -> {
          var found = rows(c, ids);
          return id -> Optional.ofNullable(found.get(id)).map(row -> row.entry(id));
        });
  }

  private static Map<DeviceId, Row> rows(Connection c, Set<DeviceId> ids) throws SQLException {
    try (var select = c.prepareStatement(DEVICES)) {
      select.setArray(1, CmsColumns.texts(c, ids, DeviceId::value));
      var rows = new HashMap<DeviceId, Row>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          rows.put(new DeviceId(found.getString("id")), row(found));
        }
      }
      return rows;
    }
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("organizationId"),
        Columns.maybeText(row, "nickname"),
        row.getBoolean("isDisabled"),
        Columns.maybeText(row, "jwtToken"),
        Columns.maybeText(row, "overlay"));
  }

  @Override
  public CompletionStage<Boolean> tokenUsed(DeviceId id, OrgId org, String former, String hash) {
    return database.query(
        c -> {
          try (var update = c.prepareStatement(USED)) {
            update.setString(1, hash);
            update.setObject(2, CmsColumns.time(clock.instant()));
            update.setString(3, id.value());
            update.setString(4, org.value());
            update.setString(5, former);
            return update.executeUpdate() == 1 || isStored(c, id, org, hash);
          }
        });
  }

  private static boolean isStored(Connection c, DeviceId id, OrgId org, String hash)
      throws SQLException {
    try (var select = c.prepareStatement(STORED)) {
      select.setString(1, id.value());
      select.setString(2, org.value());
      try (var found = select.executeQuery()) {
        return found.next() && hash.equals(found.getString(1));
      }
    }
  }
}
