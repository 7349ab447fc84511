package io.muster.actors.tenant;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.muster.actors.OrgId;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.tenant.TenantChange.Resumed;
import io.muster.actors.tenant.TenantChange.Suspended;
import io.muster.support.MemorySuspendedOrganizations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TenantBoardTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId GLOBEX = new OrgId("globex");
  private static final Suspended UNPAID = new Suspended(ACME, Optional.of("unpaid"));
  private static final Resumed PAID = new Resumed(ACME, Optional.of("payment_recovered"));

  private final MemorySuspendedOrganizations table = new MemorySuspendedOrganizations();
  private final TenantBoard board = new TenantBoard(table);
  private final List<TenantChange> told = new CopyOnWriteArrayList<>();
  private final List<OrgId> woken = new CopyOnWriteArrayList<>();
  private ActorSystem<?> system;

  @BeforeEach
  void a_node() {
    var config =
        ConfigFactory.parseString("pekko.loglevel = OFF, pekko.stdout-loglevel = OFF")
            .withFallback(ConfigFactory.defaultReference());
    system = ActorSystem.create(Behaviors.empty(), "tenants", config);
  }

  @AfterEach
  void stop() {
    system.terminate();
    await(system.getWhenTerminated());
  }

  private void start(Duration every) {
    board.start(
        system,
        every,
        new TenantBoard.Audience() {
          @Override
          public void told(TenantChange change) {
            told.add(change);
            if (change.reason().equals(Optional.of("broken"))) {
              throw new IllegalStateException("broken");
            }
          }

          @Override
          public void wake(OrgId org) {
            woken.add(org);
          }
        });
    eventually("first look", () -> table.looks() > 0);
  }

  private void suspended() {
    await(board.change(UNPAID));
    eventually("suspended", () -> board.isSuspended(ACME));
  }

  @Nested
  class A_change {
    @BeforeEach
    void slowly() {
      start(Duration.ofHours(1));
    }

    @Test
    void is_kept_known_and_told_with_its_reason() {
      suspended();
      assertEquals(List.of(ACME), List.copyOf(await(table.all())));
      assertEquals(Optional.of(UNPAID), board.suspension(ACME));
      eventually("told", () -> told.equals(List.of(UNPAID)));
      assertFalse(board.isSuspended(GLOBEX));
    }

    @Test
    void that_is_none_is_not_told_again() {
      suspended();
      await(board.change(UNPAID));
      await(board.change(PAID));
      await(board.change(PAID));
      await(board.change(new Suspended(GLOBEX, Optional.empty())));
      eventually("told", () -> told.size() == 3);
      assertEquals(List.of(UNPAID, PAID), told.subList(0, 2));
    }

    @Test
    void that_cannot_be_told_makes_nobody_deaf_to_the_next() {
      await(board.change(new Suspended(GLOBEX, Optional.of("broken"))));
      eventually("told", () -> told.size() == 1);
      suspended();
      eventually("told again", () -> told.contains(UNPAID));
      assertTrue(board.isSuspended(GLOBEX));
    }

    @Test
    void back_to_active_wakes_the_devices_after_it_is_known() {
      suspended();
      assertEquals(List.of(), woken);
      await(board.change(PAID));
      eventually("woken", () -> woken.contains(ACME));
      assertFalse(board.isSuspended(ACME));
    }

    @Test
    void that_cannot_be_kept_is_not_made() {
      table.goesAway();
      assertThrows(ReadModelUnavailable.class, () -> await(board.change(UNPAID)));
      assertFalse(board.isSuspended(ACME));
      assertEquals(List.of(), told);
    }
  }

  @Nested
  class The_table {
    @Test
    void is_known_after_the_start() {
      await(table.suspend(ACME));
      start(Duration.ofHours(1));
      eventually("known", () -> board.isSuspended(ACME));
    }

    @Test
    void is_looked_at_again_and_what_others_changed_is_told() {
      start(Duration.ofMillis(50));
      await(table.suspend(ACME));
      eventually("found", () -> told.equals(List.of(new Suspended(ACME, Optional.empty()))));
      await(table.resume(ACME));
      eventually("resumed", () -> !board.isSuspended(ACME) && woken.contains(ACME));
    }

    @Test
    void that_is_away_changes_nothing_that_is_known() {
      start(Duration.ofMillis(50));
      suspended();
      table.goesAway();
      int looks = table.looks();
      eventually("asked again", () -> table.looks() > looks + 2);
      assertTrue(board.isSuspended(ACME));

      table.comesBack();
      await(table.resume(ACME));
      eventually("found", () -> !board.isSuspended(ACME));
    }
  }
}
