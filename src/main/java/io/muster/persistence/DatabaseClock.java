package io.muster.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.CompletionStage;

/** What time it is for everybody who shares the database. */
public final class DatabaseClock {
  private final Database database;

  public DatabaseClock(Database database) {
    this.database = database;
  }

  public CompletionStage<Instant> now() {
    return database.query(DatabaseClock::now);
  }

  private static Instant now(Connection c) throws SQLException {
    try (var query = c.prepareStatement("select current_timestamp");
        var rows = query.executeQuery()) {
      rows.next();
      return rows.getObject(1, OffsetDateTime.class).toInstant();
    }
  }
}
