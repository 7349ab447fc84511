package io.muster.persistence;

import io.muster.actors.OrgId;
import io.muster.actors.SuspendedOrganizations;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Suspended organisations in a table of our own. */
public final class SqlSuspendedOrganizations implements SuspendedOrganizations {
  private final Database database;
  private final Clock clock;

  public SqlSuspendedOrganizations(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Set<OrgId>> all() {
    return database.query(
        c -> {
          var all = new HashSet<OrgId>();
          try (var select = c.prepareStatement("select org from muster.suspended_organization");
              var found = select.executeQuery()) {
            while (found.next()) {
              all.add(new OrgId(found.getString("org")));
            }
          }
          return Set.copyOf(all);
        });
  }

  @Override
  public CompletionStage<Void> suspend(OrgId org) {
    return database.query(
        c -> {
          try {
            insert(c, org);
          } catch (SQLException e) {
            // The only constraint here is the key: it is there already.
            if (!SqlState.isConstraint(e)) {
              throw e;
            }
          }
          return null;
        });
  }

  private void insert(Connection c, OrgId org) throws SQLException {
    try (var insert =
        c.prepareStatement(
            "insert into muster.suspended_organization (org, since) values (?, ?)")) {
      insert.setString(1, org.value());
      insert.setObject(2, Columns.time(clock.instant()));
      insert.executeUpdate();
    }
  }

  @Override
  public CompletionStage<Void> resume(OrgId org) {
    return database.query(
        c -> {
          try (var delete =
              c.prepareStatement("delete from muster.suspended_organization where org = ?")) {
            delete.setString(1, org.value());
            delete.executeUpdate();
          }
          return null;
        });
  }
}
