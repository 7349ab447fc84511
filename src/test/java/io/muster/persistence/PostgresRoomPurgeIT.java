package io.muster.persistence;

import io.muster.support.Postgres;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresRoomPurgeIT extends RoomPurgeContract {
  private static Postgres.Fresh fresh;
  private static Database database;

  @BeforeAll
  static void open() {
    fresh = Postgres.shared().database();
    database = Database.open(PersistenceSettings.of(Optional.of(fresh.url()), Path.of("unused")));
  }

  @AfterAll
  static void close() {
    database.close();
    fresh.close();
  }

  @Override
  Database database() {
    return database;
  }
}
