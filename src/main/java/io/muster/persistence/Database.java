package io.muster.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one store behind everything that is kept: migrated before anyone reads, with a bounded pool
 * for queries and the settings with which Pekko opens a pool of its own for the journal.
 */
public final class Database implements AutoCloseable {
  static final String SCHEMA = "muster";

  /**
   * A node that stalls between an insert and its commit leaves a hole in the order of events. The
   * projection waits 2 s for a hole (persistence.conf); the write must have failed by then, or its
   * event would be missing from the tables.
   */
  static final Duration STALL_MAX = Duration.ofMillis(1_500);

  /**
   * Said to the pools, because they would ask their first connection, and one whose first question
   * was not answered in time never opens another.
   */
  static final String ISOLATION = "READ_COMMITTED";

  static final String JOURNAL_SESSION =
      "set idle_in_transaction_session_timeout = " + STALL_MAX.toMillis();

  /**
   * A plan is kept that was made when the tables were empty: it reads all tags for each event, and
   * takes seconds before the first fleet has registered. These few queries can afford a plan each.
   */
  private static final String NEWS_SESSION = "set plan_cache_mode = force_custom_plan";

  /** One for each slice of the read model. */
  private static final int NEWS_CONNECTIONS = 4;

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private final DatabaseUrl url;
  private final PersistenceSettings settings;
  private final QueryPool queries;

  private Database(DatabaseUrl url, PersistenceSettings settings) {
    this.url = url;
    this.settings = settings;
    this.queries = new QueryPool(url, settings.queryConnections());
  }

  /**
   * Connects, brings the schema up to date and opens the pool. Blocks; call it before the actor
   * system starts.
   *
   * @throws DatabaseUnavailable when the database is unreachable or its schema is not ours
   * @throws IllegalArgumentException for a database URL of an unknown form
   */
  public static Database open(PersistenceSettings settings) {
    var url =
        settings
            .databaseUrl()
            .map(DatabaseUrl::postgresql)
            .orElseGet(() -> DatabaseUrl.embedded(settings.dataDir()));
    return url.dialect() == Dialect.H2 ? embedded(url, settings) : migrated(url, settings);
  }

  private static Database migrated(DatabaseUrl url, PersistenceSettings settings) {
    migrate(url);
    return new Database(url, settings);
  }

  /**
   * The file stays open from before the migration until {@link #close}, which is no clean one: H2
   * writes a mark into a file that it has closed cleanly, and believes it rather than what comes
   * behind it. A file that was closed between migration and use, and whose process was killed
   * later, has been seen to come back as it was at that close.
   */
  private static Database embedded(DatabaseUrl url, PersistenceSettings settings) {
    makeDirectory(settings);
    try (var _ = connect(url)) {
      var database = migrated(url, settings);
      try (var _ = database.connection()) {
        return database;
      }
    } catch (SQLException e) {
      throw unavailable(url, e);
    }
  }

  private static Connection connect(DatabaseUrl url) throws SQLException {
    return DriverManager.getConnection(
        url.jdbc(), url.user().orElse(null), url.password().orElse(null));
  }

  private static void makeDirectory(PersistenceSettings settings) {
    try {
      Files.createDirectories(settings.dataDir());
    } catch (IOException e) {
      throw new DatabaseUnavailable("cannot make the data directory " + settings.dataDir(), e);
    }
  }

  private static void migrate(DatabaseUrl url) {
    try {
      Flyway.configure()
          .dataSource(url.jdbc(), url.user().orElse(null), url.password().orElse(null))
          .driver(url.dialect().driver)
          .schemas(SCHEMA)
          .placeholders(url.dialect().placeholders())
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw unavailable(url, e);
    }
  }

  private static DatabaseUnavailable unavailable(DatabaseUrl url, Exception e) {
    return new DatabaseUnavailable("cannot open the database %s: %s".formatted(url, reason(e)), e);
  }

  private static String reason(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** True for the file in the data directory. */
  public boolean isEmbedded() {
    return url.dialect() == Dialect.H2;
  }

  /** What Pekko has to know of this store; goes over the application's configuration. */
  public Config pekkoConfig() {
    return ConfigFactory.parseMap(
        Map.of(
            "pekko-persistence-jdbc.shared-databases.slick",
            pool(settings.journalConnections(), JOURNAL_SESSION),
            "pekko-persistence-jdbc.shared-databases.news",
            pool(NEWS_CONNECTIONS, NEWS_SESSION),
            "jdbc-journal.parallelism",
            url.dialect().journalWriters,
            "pekko.projection.jdbc.dialect",
            url.dialect().projectionDialect));
  }

  private Map<String, Object> pool(int connections, String session) {
    Map<String, Object> db = new HashMap<>();
    db.put("url", url.jdbc());
    db.put("driver", url.dialect().driver);
    url.user().ifPresent(user -> db.put("user", user));
    url.password().ifPresent(password -> db.put("password", password));
    db.put("numThreads", connections);
    db.put("maxConnections", connections);
    db.put("minConnections", connections);
    db.put("transactionIsolation", ISOLATION);
    if (url.dialect() == Dialect.POSTGRESQL) {
      db.put("connectionInitSql", session);
      db.put(
          "properties",
          Map.of("tcpKeepAlive", "true", "connectTimeout", "3", "socketTimeout", "10"));
    }
    return Map.of("profile", url.dialect().slickProfile, "db", db);
  }

  /** Runs the work on a pool of its own, outside of event loops and actors. */
  <T> CompletionStage<T> query(Work<T> work) {
    return queries.run(work);
  }

  /** As {@link #query}; all of the work is done, or none. */
  <T> CompletionStage<T> transaction(Work<T> work) {
    return query(
        c -> {
          c.setAutoCommit(false);
          try {
            var done = work.on(c);
            c.commit();
            return done;
          } finally {
            c.rollback();
            c.setAutoCommit(true);
          }
        });
  }

  /** For the projection, which has threads of its own. */
  Connection connection() throws SQLException {
    return queries.connection();
  }

  Dialect dialect() {
    return url.dialect();
  }

  /** Closes the query pool. The journal's pool ends with the actor system. */
  @Override
  public void close() {
    if (isEmbedded()) {
      leaveFile();
    }
    queries.close();
  }

  /** Everything committed is in the file already; see {@link #embedded}. */
  private void leaveFile() {
    try (var connection = connect(url);
        var statement = connection.createStatement()) {
      statement.execute("shutdown immediately");
    } catch (SQLException e) {
      log.debug("The file was closed already", e);
    }
  }

  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }
}
