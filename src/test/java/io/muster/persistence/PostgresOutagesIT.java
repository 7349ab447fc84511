package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.OrgId;
import io.muster.actors.notify.GraceRules;
import io.muster.actors.notify.Notification;
import io.muster.support.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PostgresOutagesIT {
  private static Postgres.Fresh fresh;
  private static Database database;

  @BeforeAll
  static void open() {
    fresh = Postgres.shared().database();
    database = Database.open(PersistenceSettings.of(Optional.of(fresh.url()), Path.of("unused")));
    sql(
        "create table public.organizations (id text primary key)",
        // As the tools of the CMS make it: no defaults for ids and updatedAt.
        """
        create table public.notifications (
          id text primary key, type text not null, title text not null, message text not null,
          severity text not null default 'info', metadata jsonb,
          "organizationId" text not null references public.organizations (id) on delete cascade,
          "userId" text, read boolean not null default false, "dismissedAt" timestamp(3),
          "createdAt" timestamp(3) not null default current_timestamp,
          "updatedAt" timestamp(3) not null)\
        """);
  }

  @AfterAll
  static void close() {
    database.close();
    fresh.close();
  }

  private static void sql(String... statements) {
    await(
        database.transaction(
            c -> {
              for (String statement : statements) {
                try (var s = c.createStatement()) {
                  s.execute(statement);
                }
              }
              return null;
            }));
  }

  @Nested
  class In_our_own_table extends OutagesContract {
    @Override
    Database database() {
      return database;
    }
  }

  @Nested
  class In_the_table_of_a_CMS extends OutagesContract {
    @BeforeEach
    void two_organisations() {
      sql(
          "truncate public.organizations cascade",
          "insert into public.organizations values ('acme'), ('globex')");
    }

    @Override
    Database database() {
      return database;
    }

    @Override
    NotificationTable table() {
      return new CmsNotifications(database);
    }
  }

  @Nested
  class A_deleted_organisation_of_a_CMS {
    @Test
    void rule_69_keeps_nobody_elses_notice_from_being_stored() {
      sql(
          "truncate public.organizations cascade",
          "insert into public.organizations values ('stays')");
      var table = new CmsNotifications(database);
      var book =
          new SqlOutages(
              database, table, GraceRules.always(Duration.ofMinutes(2)), OutagesContract.SETTINGS);
      var fleet = new Fleet(database);
      await(book.reconcile(fleet.now));
      fleet.goesOffline(fleet.online("cms-1", "gone"));
      fleet.goesOffline(fleet.online("cms-2", "stays"));
      assertEquals(1, await(book.reconcile(fleet.now)).setAside());
      assertEquals(0, await(book.reconcile(fleet.now)).setAside());
      var told = await(table.list(new OrgId("stays"), false, 9, Optional.empty())).items();
      assertEquals(List.of("device_offline"), told.stream().map(Notification::type).toList());
    }
  }
}
