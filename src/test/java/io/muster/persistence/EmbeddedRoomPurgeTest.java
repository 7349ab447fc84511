package io.muster.persistence;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRoomPurgeTest extends RoomPurgeContract {
  private static Database database;

  @BeforeAll
  static void open(@TempDir Path dir) {
    database = Database.open(PersistenceSettings.of(Optional.empty(), dir));
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Override
  Database database() {
    return database;
  }
}
