package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.Roster.Filter;
import io.muster.actors.device.DeviceEvent.CameOnline;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.actors.device.DeviceEvent.Renamed;
import io.muster.support.Postgres;
import io.muster.support.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The database goes away and comes back. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class OutageIT {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00Z");
  private static final OrgId ACME = new OrgId("acme");
  private static final DeviceId TV = new DeviceId("tv-1");

  private Store store;
  private Ports ports;

  @BeforeEach
  void open() {
    assumeTrue(Postgres.shared().canBeStopped(), "an external server is not stopped");
    store = Store.postgres();
    ports = new Ports.InStore(store);
    ports.journal(TV, new Registered(ACME, "before", "ada", T));
    await(ports.roster().head().thenCompose(ports.roster()::caughtUp));
  }

  @AfterEach
  void close() {
    if (ports != null) {
      ports.close();
    }
  }

  @Test
  void a_server_that_is_stopped_makes_every_question_fail_within_five_seconds() {
    try (var outage = Postgres.shared().stop()) {
      assertAllFailInTime();
    }
    eventually("lists are back", () -> !names().isEmpty());
  }

  @Test
  void a_server_that_hangs_makes_every_question_fail_within_five_seconds() {
    try (var outage = Postgres.shared().pause()) {
      assertAllFailInTime();
    }
    eventually("lists are back", () -> !names().isEmpty());
  }

  @Test
  void devices_and_their_rows_go_on_after_an_outage() {
    try (var outage = Postgres.shared().stop()) {
      var write = store.write(TV, new Renamed("during", "ada", T)).toCompletableFuture();
      assertThrows(TimeoutException.class, () -> write.get(1, TimeUnit.SECONDS));
    }
    // Asked again and again, as a client would.
    eventually(
        "the journal is back",
        () -> {
          store
              .write(TV, new CameOnline(1, new NodeId("n"), T))
              .toCompletableFuture()
              .get(2, TimeUnit.SECONDS);
          return true;
        });
    eventually(
        "the row follows",
        () ->
            await(ports.roster().picture(ACME)).devices().getFirst().presence() == Presence.ONLINE);
    // The write that was not acknowledged is either there or not: nothing is there twice or torn.
    var row = await(ports.roster().picture(ACME)).devices().getFirst();
    assertEquals(store.recall(TV).profile().orElseThrow().name(), row.name());
  }

  private List<String> names() {
    return await(ports.roster().picture(ACME)).devices().stream().map(d -> d.name()).toList();
  }

  private void assertAllFailInTime() {
    long asked = System.nanoTime();
    Stream.<CompletionStage<?>>of(
            ports.roster().list(ACME, Filter.ALL, 10, Optional.empty()),
            ports.roster().picture(ACME),
            ports.roster().picture(ACME),
            ports.roster().head(),
            ports.roster().tagged(ACME, "x", 10),
            ports.roster().overdue(T, Set.of(), 10),
            ports.history().newestFirst(TV, 10, Optional.empty()),
            ports.pairings().find("123", T))
        .toList()
        .forEach(this::assertFails);
    var took = Duration.ofNanos(System.nanoTime() - asked);
    assertTrue(took.toMillis() < 10_000, "it took " + took);
  }

  private void assertFails(CompletionStage<?> answer) {
    var failure =
        assertThrows(
            ExecutionException.class, () -> answer.toCompletableFuture().get(10, TimeUnit.SECONDS));
    assertInstanceOf(ReadModelUnavailable.class, failure.getCause());
  }
}
