package io.muster.persistence;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.*;
import io.muster.actors.device.DeviceTags;
import io.muster.support.Eventually;
import io.muster.support.Store;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.projection.ProjectionBehavior;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The table says what the journal says, whatever happens in between. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class ProjectionContract {
  static final Instant T = Instant.parse("2026-03-01T08:30:00.123456Z");
  static final OrgId ACME = new OrgId("acme");
  private static final NodeId NODE = new NodeId("node-1");

  Store store;
  private final List<ActorRef<ProjectionBehavior.Command>> slices = new ArrayList<>();

  abstract Store open();

  @BeforeEach
  void open_the_store() {
    store = open();
  }

  @AfterEach
  void close_the_store() {
    store.close();
  }

  void project() {
    for (String tag : DeviceTags.ALL) {
      slices.add(
          store.spawn(
              DeviceProjection.slice(store.system(), store.database(), tag),
              tag + "-" + slices.size()));
    }
  }

  private void stopProjecting() {
    slices.forEach(slice -> slice.tell(ProjectionBehavior.stopMessage()));
    slices.clear();
  }

  @Test
  void a_row_follows_the_life_of_its_device() {
    project();
    var id = new DeviceId("tv-1");
    store.journal(
        id,
        new Registered(ACME, "Lobby", "ada", T),
        new Tagged(new TreeSet<>(Set.of("a", "b", "c")), "ada", T),
        new Untagged(new TreeSet<>(Set.of("b")), "ada", T),
        new Renamed("Foyer", "ada", T),
        new TokenIssued("00", T, "ada", T),
        new Disabled("ada", T),
        new CameOnline(1, NODE, T));
    eventually("online", () -> row(id).presence() == Presence.ONLINE);

    assertEquals(
        new DeviceRow(
            id,
            ACME,
            "Foyer",
            new TreeSet<>(Set.of("a", "c")),
            Presence.ONLINE,
            T,
            Optional.of(NODE),
            Optional.empty(),
            true,
            false,
            1,
            7,
            Optional.empty()),
        row(id));

    store.journal(
        id, new Enabled("ada", T), new WentAway(1, AwayReason.SILENCE, T.plusSeconds(120), T));
    eventually("away", () -> row(id).presence() == Presence.RECONNECTING);
    assertEquals(Optional.of(T.plusSeconds(120)), row(id).deadline());
    assertEquals(Optional.empty(), row(id).node());
    assertEquals(Optional.of(T), row(id).leftAt());

    store.journal(id, new WentOffline(1, T.plusSeconds(120)));
    eventually("offline", () -> row(id).presence() == Presence.OFFLINE);
    assertEquals(Optional.of(T), row(id).leftAt());
    assertEquals(Optional.empty(), row(id).deadline());

    store.journal(id, new WasRetired("ada", T));
    eventually("retired", () -> row(id).retired());
  }

  @Test
  void nothing_is_lost_or_doubled_when_it_is_stopped_and_started_in_the_middle() {
    var devices = 40;
    project();
    var first = everybody(devices, new Registered(ACME, "n", "ada", T));
    Eventually.await(first);
    // Stopped while there is work, so that some batches are written and some are not.
    var second = everybody(devices, new CameOnline(1, NODE, T), new Renamed("m", "ada", T));
    eventually("some are there", () -> count() > 5);
    stopProjecting();
    Eventually.await(second);
    var third = everybody(devices, new WentAway(1, AwayReason.GOODBYE, T, T));
    project();
    Eventually.await(third);

    eventually("all have arrived", () -> countAt(4) == devices);
    assertEquals(devices, count());
  }

  @Test
  void a_name_that_the_store_cannot_hold_does_not_stop_the_others() {
    project();
    var id = new DeviceId("tv-nul");
    store.journal(id, new Registered(ACME, "a\0b", "ada", T));
    eventually("it is there", () -> row(id).name().equals("a\uFFFDb"));
  }

  @Test
  void after_a_failure_it_goes_on_where_it_was() {
    project();
    var id = new DeviceId("tv-1");
    store.journal(id, new Registered(ACME, "Lobby", "ada", T));
    eventually("it is there", () -> row(id).name().equals("Lobby"));

    sql("alter table muster.device_view rename to hidden");
    LoggingTestKit.empty()
        .withMessageContains("Restarting")
        .expect(
            store.system(),
            () -> {
              store.journal(id, new Renamed("Foyer", "ada", T));
              return null;
            });
    store.journal(id, new CameOnline(1, NODE, T));
    sql("alter table muster.hidden rename to device_view");

    eventually("it went on", () -> row(id).seq() == 3);
    assertEquals("Foyer", row(id).name());
  }

  private CompletableFuture<Void> everybody(int devices, DeviceEvent... facts) {
    var writes = new ArrayList<CompletableFuture<Done>>();
    for (int i = 0; i < devices; i++) {
      writes.add(store.write(new DeviceId("d-" + i), facts).toCompletableFuture());
    }
    return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
  }

  DeviceRow row(DeviceId id) {
    try (var c = store.database().connection()) {
      return DeviceTable.load(c, List.of(id)).get(id);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private long count() {
    return number("select count(*) from muster.device_view");
  }

  private long countAt(long seq) {
    return number("select count(*) from muster.device_view where seq = " + seq);
  }

  long number(String sql) {
    try (var c = store.database().connection();
        var statement = c.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void sql(String sql) {
    try (var c = store.database().connection();
        var statement = c.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
