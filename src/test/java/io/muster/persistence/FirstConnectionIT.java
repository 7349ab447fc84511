package io.muster.persistence;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.support.CutProxy;
import io.muster.support.Postgres;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A node starts in the very moment in which the database stalls. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FirstConnectionIT {
  // There and back it is longer than the second that a pool gives a new connection to answer, and
  // much shorter than signing in may take.
  private static final Duration STALL = Duration.ofMillis(600);

  private Postgres.Fresh fresh;
  private CutProxy network;

  @BeforeEach
  void open() {
    fresh = Postgres.shared().database();
    var server = URI.create(fresh.url().substring("jdbc:".length()));
    network = CutProxy.to(server.getHost(), server.getPort());
  }

  @AfterEach
  void close() {
    network.close();
    fresh.close();
  }

  @Test
  void a_pool_whose_first_connection_failed_opens_another() {
    var address =
        fresh.url().replaceFirst("//[^/]+", "//127.0.0.1:" + network.port())
            + "&sslmode=disable&gssEncMode=disable";
    try (var stall = network.delay(STALL);
        var pool = new QueryPool(DatabaseUrl.postgresql(address), 1)) {
      assertThrows(SQLException.class, pool::connection); // it signs in
      assertThrows(SQLException.class, pool::connection); // and is asked
      stall.close();
      eventually("the pool has a connection", () -> isOpen(pool));
    }
  }

  private static boolean isOpen(QueryPool pool) {
    try (var connection = pool.connection()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }
}
