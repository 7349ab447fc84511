package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Pairings;
import io.muster.actors.ReadModelUnavailable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Pairing codes in a table, so that every node knows them and a restart forgets none. */
public final class SqlPairings implements Pairings {
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final int WAITING_MAX = 10_000;

  private final Database database;

  public SqlPairings(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Void> open(Pairing pairing) {
    return database.transaction(
        c -> {
          var now = pairing.expiresAt().minus(LIFE);
          forgetExpired(c, now);
          change(
              c,
              "delete from muster.pairing where identifier = ?",
              Columns.storable(pairing.deviceIdentifier()));
          requireRoom(c);
          change(
              c,
              """
              insert into muster.pairing (code, identifier, nickname, expires_at)
              values (?, ?, ?, ?)\
              """,
              pairing.code(),
              Columns.storable(pairing.deviceIdentifier()),
              pairing.nickname().map(Columns::storable).orElse(null),
              Columns.time(pairing.expiresAt()));
          return null;
        });
  }

  private static void requireRoom(Connection c) throws SQLException {
    try (var select = c.prepareStatement("select count(*) from muster.pairing");
        var found = select.executeQuery()) {
      found.next();
      if (found.getInt(1) >= WAITING_MAX) {
        throw new ReadModelUnavailable("too many devices are waiting to be paired");
      }
    }
  }

  @Override
  public CompletionStage<Optional<Pairing>> find(String code, Instant now) {
    return database.query(
        c -> {
          forgetExpired(c, now);
          return read(c, code, now);
        });
  }

  /** An expired row may hold a token that nobody has collected. */
  private static void forgetExpired(Connection c, Instant now) throws SQLException {
    change(c, "delete from muster.pairing where expires_at <= ?", Columns.time(now));
  }

  @Override
  public CompletionStage<Boolean> bind(String code, Bound bound, Instant now) {
    return database.query(
        c ->
            change(
                    c,
                    """
                    update muster.pairing set device = ?, org = ?, token = ?
                    where code = ? and expires_at > ? and device is null\
                    """,
                    bound.device().value(),
                    bound.org().value(),
                    bound.token(),
                    Columns.storable(code),
                    Columns.time(now))
                == 1);
  }

  @Override
  public CompletionStage<Optional<Bound>> collect(String code, Instant now) {
    return database.transaction(
        c -> {
          var bound = read(c, code, now).flatMap(Pairing::bound);
          // Of two who come at once, one removes the row and has it.
          return bound.isPresent()
                  && change(
                          c,
                          "delete from muster.pairing where code = ? and device is not null",
                          Columns.storable(code))
                      == 1
              ? bound
              : Optional.empty();
        });
  }

  private static Optional<Pairing> read(Connection c, String code, Instant now)
      throws SQLException {
    try (var select =
        c.prepareStatement("select * from muster.pairing where code = ? and expires_at > ?")) {
      select.setString(1, Columns.storable(code));
      select.setObject(2, Columns.time(now));
      try (var found = select.executeQuery()) {
        return found.next() ? Optional.of(pairing(found)) : Optional.empty();
      }
    }
  }

  private static Pairing pairing(ResultSet row) throws SQLException {
    var device = Columns.maybeText(row, "device");
    return new Pairing(
        row.getString("code"),
        row.getString("identifier"),
        Columns.maybeText(row, "nickname"),
        Columns.instant(row, "expires_at"),
        device.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Bound(
                    new DeviceId(device.get()),
                    new OrgId(row.getString("org")),
                    row.getString("token"))));
  }

  private static int change(Connection c, String sql, Object... values) throws SQLException {
    try (var statement = c.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }
}
