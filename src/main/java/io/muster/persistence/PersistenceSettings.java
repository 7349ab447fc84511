package io.muster.persistence;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where and how much to store.
 *
 * @param databaseUrl of a PostgreSQL 15 or newer, in libpq or JDBC form; without one a file in the
 *     data directory is the database
 * @param dataDir where the embedded database lives; made when it is missing
 * @param journalConnections for the journal and snapshots, 1 to 100; group commit makes ten enough
 *     for 20,000 persists a second
 * @param queryConnections for lists, pictures, hints and history, 1 to 100; so many statements run
 *     at once, others wait in a bounded queue
 */
public record PersistenceSettings(
    Optional<String> databaseUrl, Path dataDir, int journalConnections, int queryConnections) {

  public PersistenceSettings {
    requireConnections("journal connections", journalConnections);
    requireConnections("query connections", queryConnections);
  }

  public static PersistenceSettings of(Optional<String> databaseUrl, Path dataDir) {
    return new PersistenceSettings(databaseUrl, dataDir, 10, 6);
  }

  private static void requireConnections(String what, int count) {
    if (count < 1 || count > 100) {
      throw new IllegalArgumentException(what + " must be 1 to 100, was " + count);
    }
  }
}
