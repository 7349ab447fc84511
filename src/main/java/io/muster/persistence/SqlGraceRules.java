package io.muster.persistence;

import io.muster.actors.OrgId;
import io.muster.actors.notify.GraceRule;
import io.muster.actors.notify.GraceRule.Scope;
import io.muster.actors.notify.GraceRuleStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Rules in a table: every node reads them all. */
public final class SqlGraceRules implements GraceRuleStore {
  private final Database database;

  public SqlGraceRules(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<List<GraceRule>> all() {
    return database.query(c -> rules(c.prepareStatement("select * from muster.grace_rule")));
  }

  @Override
  public CompletionStage<List<GraceRule>> of(OrgId org) {
    return database.query(
        c -> {
          var select = c.prepareStatement("select * from muster.grace_rule where org = ?");
          select.setString(1, org.value());
          return rules(select).stream()
              .sorted(Comparator.comparing(GraceRule::scope).thenComparing(GraceRule::subject))
              .toList();
        });
  }

  private static List<GraceRule> rules(PreparedStatement select) throws SQLException {
    try (select;
        var found = select.executeQuery()) {
      var rules = new ArrayList<GraceRule>();
      while (found.next()) {
        rules.add(rule(found));
      }
      return rules;
    }
  }

  private static GraceRule rule(ResultSet row) throws SQLException {
    int seconds = row.getInt("grace_seconds");
    Optional<Duration> grace =
        row.wasNull() ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    return new GraceRule(
        new OrgId(row.getString("org")),
        Scope.of(row.getString("scope")),
        row.getString("subject"),
        grace,
        row.getBoolean("muted"));
  }

  @Override
  public CompletionStage<Void> put(GraceRule rule) {
    return database.transaction(
        c -> {
          delete(c, rule.org(), rule.scope(), rule.subject());
          requireRoom(c, rule.org());
          try (var insert =
              c.prepareStatement(
                  """
                  insert into muster.grace_rule (org, scope, subject, grace_seconds, muted)
                  values (?, ?, ?, ?, ?)\
                  """)) {
            insert.setString(1, rule.org().value());
            insert.setString(2, rule.scope().word());
            insert.setString(3, rule.subject());
            if (rule.grace().isPresent()) {
              insert.setInt(4, (int) rule.grace().get().toSeconds());
            } else {
              insert.setNull(4, Types.INTEGER);
            }
            insert.setBoolean(5, rule.muted());
            insert.executeUpdate();
          }
          return null;
        });
  }

  private static void requireRoom(Connection c, OrgId org) throws SQLException {
    try (var select = c.prepareStatement("select count(*) from muster.grace_rule where org = ?")) {
      select.setString(1, org.value());
      try (var found = select.executeQuery()) {
        found.next();
        if (found.getInt(1) >= RULES_MAX) {
          throw new IllegalArgumentException(
              "an organisation has at most " + RULES_MAX + " grace rules");
        }
      }
    }
  }

  @Override
  public CompletionStage<Boolean> remove(OrgId org, Scope scope, String subject) {
    return database.query(c -> delete(c, org, scope, subject) > 0);
  }

  private static int delete(Connection c, OrgId org, Scope scope, String subject)
      throws SQLException {
    try (var delete =
        c.prepareStatement(
            "delete from muster.grace_rule where org = ? and scope = ? and subject = ?")) {
      delete.setString(1, org.value());
      delete.setString(2, scope.word());
      delete.setString(3, subject);
      return delete.executeUpdate();
    }
  }
}
