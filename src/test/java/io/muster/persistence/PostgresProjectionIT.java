package io.muster.persistence;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.DeviceId;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.support.Store;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PostgresProjectionIT extends ProjectionContract {
  private static final String STALLED =
      """
      select count(*) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'\
      """;

  @Override
  Store open() {
    return Store.postgres();
  }

  @Test
  void a_write_that_stalls_is_ended_by_the_database_and_holds_up_the_others_no_longer()
      throws SQLException {
    project();
    var id = new DeviceId("tv-1");
    var stalled = store.database().connection();
    stalled.setAutoCommit(false);
    try (var statement = stalled.createStatement()) {
      statement.execute(Database.JOURNAL_SESSION);
      // Takes a place in the order, and then nothing more is heard of it.
      statement.execute("select nextval('muster.event_journal_ordering_seq')");
    }
    store.journal(id, new Registered(ACME, "Lobby", "ada", T));

    eventually("it is behind the hole and there", () -> row(id).name().equals("Lobby"));
    // Asked from outside: a question to the stalled one would be a sign of life.
    eventually("the stalled one has been ended", () -> number(STALLED) == 0);
    assertThrows(SQLException.class, stalled::close);
  }

  @Test
  void a_stalled_write_is_ended_before_its_place_in_the_order_is_given_up() {
    var settings =
        ConfigFactory.parseResources("persistence.conf")
            .getConfig("jdbc-read-journal.journal-sequence-retrieval");
    var waitedFor = settings.getDuration("query-delay").multipliedBy(settings.getInt("max-tries"));
    assertTrue(Database.STALL_MAX.plus(Duration.ofMillis(400)).compareTo(waitedFor) < 0);
  }
}
