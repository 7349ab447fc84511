package io.muster.persistence;

import io.muster.actors.OrgId;
import io.muster.actors.session.Revocation;
import io.muster.actors.session.Revocation.Kind;
import io.muster.actors.session.RevocationTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Revocations in a table, so that a node that starts or was cut off learns of them. */
public final class SqlRevocations implements RevocationTable {
  private static final int READ_MAX = 50_000;

  /** No organisation can have this id. */
  private static final String ALL = "*";

  private final Database database;

  public SqlRevocations(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Boolean> add(Revocation revocation) {
    var kind = word(revocation.kind());
    var subject = Columns.storable(revocation.subject());
    var org = revocation.org().map(OrgId::value).orElse(ALL);
    return database.transaction(
        c -> {
          change(
              c,
              "delete from muster.user_revocation where over_at <= ?",
              Columns.time(revocation.at()));
          change(
              c,
              "delete from muster.user_revocation where org = ? and kind = ? and subject = ?",
              org,
              kind,
              subject);
          if (!org.equals(ALL) && count(c, org) >= PER_ORG_MAX) {
            c.rollback();
            return false;
          }
          change(
              c,
              """
              insert into muster.user_revocation (kind, subject, org, revoked_at, over_at)
              values (?, ?, ?, ?, ?)\
              """,
              kind,
              subject,
              org,
              Columns.time(revocation.at()),
              Columns.time(revocation.until()));
          return true;
        });
  }

  private static int count(Connection c, String org) throws SQLException {
    try (var select =
        c.prepareStatement("select count(*) from muster.user_revocation where org = ?")) {
      select.setString(1, org);
      try (var found = select.executeQuery()) {
        found.next();
        return found.getInt(1);
      }
    }
  }

  private static void change(Connection c, String sql, Object... values) throws SQLException {
    try (var statement = c.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  @Override
  public CompletionStage<List<Revocation>> since(Instant at, Instant now) {
    return database.query(
        c -> {
          try (var select =
              c.prepareStatement(
                  """
                  select * from muster.user_revocation
                  where revoked_at >= ? and over_at > ? order by revoked_at desc limit ?\
                  """)) {
            select.setObject(1, Columns.time(at));
            select.setObject(2, Columns.time(now));
            select.setInt(3, READ_MAX);
            try (var row = select.executeQuery()) {
              var found = new ArrayList<Revocation>();
              while (row.next()) {
                found.add(read(row));
              }
              return List.copyOf(found);
            }
          }
        });
  }

  private static Revocation read(ResultSet row) throws SQLException {
    var org = row.getString("org");
    return new Revocation(
        Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
        row.getString("subject"),
        org.equals(ALL) ? Optional.empty() : Optional.of(new OrgId(org)),
        Columns.instant(row, "revoked_at"),
        Columns.instant(row, "over_at"));
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
