package io.muster.persistence;

import io.muster.actors.HostPort;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** The nodes that share this database, by the database's clock. An address is {@code host:port}. */
public final class SqlNodes {
  /** One that has not been seen for so long is not there. */
  public static final Duration THERE = Duration.ofSeconds(10);

  private static final Duration FORGOTTEN = Duration.ofDays(1);

  private final Database database;

  public SqlNodes(Database database) {
    this.database = database;
  }

  public CompletionStage<Void> isHere(String address) {
    return database.query(
        c -> {
          try (var update =
              c.prepareStatement(
                  "insert into muster.nodes (address, seen_at) values (?, now()) on conflict (address)"
                      + " do update set seen_at = now()")) {
            update.setString(1, address);
            update.executeUpdate();
          }
          return null;
        });
  }

  /** It has left. */
  public CompletionStage<Void> isGone(String address) {
    return database.query(
        c -> {
          try (var delete =
              c.prepareStatement(
                  "delete from muster.nodes where address = ? or seen_at < now() - ? * interval '1 second'")) {
            delete.setString(1, address);
            delete.setLong(2, FORGOTTEN.toSeconds());
            delete.executeUpdate();
          }
          return null;
        });
  }

  /** All but that one, in the order of their addresses. */
  public CompletionStage<List<String>> others(String address) {
    return database.query(c -> others(c, address));
  }

  private static List<String> others(Connection c, String address) throws SQLException {
    try (var query =
        c.prepareStatement(
            "select address from muster.nodes where seen_at > now() - ? * interval '1 second'")) {
      query.setLong(1, THERE.toSeconds());
      var found = new TreeSet<String>();
      try (var rows = query.executeQuery()) {
        while (rows.next()) {
          found.add(HostPort.read(rows.getString(1)));
        }
      }
      found.remove(address); // also where a former release of this very node has written it
      return List.copyOf(found);
    }
  }
}
