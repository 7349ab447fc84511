package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.notify.GraceRules;
import io.muster.actors.notify.Notification;
import io.muster.actors.notify.NotificationSettings;
import io.muster.actors.notify.Outage;
import io.muster.actors.notify.OutageBook;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Devices come and go at random, rounds are lost before or after their commit: each outage that a
 * round has seen is told once, no other is, and the list of who is down is right at any moment.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class OutagesPropertyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static Database database;

  private final Fleet fleet = new Fleet(database);
  private final Set<String> pushed = new HashSet<>();
  // Outages by device and time of leaving, as the model has them.
  private final Set<String> everDown = new HashSet<>();
  private final Set<String> seenDown = new HashSet<>();
  private boolean isDoomed;
  private OrgId org;
  private OutageBook book;

  @BeforeAll
  static void open(@TempDir Path dir) {
    database = Database.open(PersistenceSettings.of(Optional.empty(), dir));
  }

  @AfterAll
  static void close() {
    database.close();
  }

  /** Ours, but a round may die in it. */
  private final class Mortal implements NotificationTable {
    private final SqlNotifications good = new SqlNotifications(database);

    @Override
    public Set<String> insert(Connection c, List<Notification> rows) throws SQLException {
      var refused = NotificationTable.super.insert(c, rows);
      if (isDoomed) {
        throw new SQLException("killed", "57P01");
      }
      return refused;
    }

    @Override
    public String insertSql() {
      return good.insertSql();
    }

    @Override
    public void bind(PreparedStatement insert, Notification row) throws SQLException {
      good.bind(insert, row);
    }

    @Override
    public CompletionStage<io.muster.actors.Page<Notification>> list(
        OrgId of, boolean unreadOnly, int size, Optional<String> token) {
      return good.list(of, unreadOnly, size, token);
    }

    @Override
    public CompletionStage<Optional<Notification>> read(OrgId of, String id, Instant now) {
      return good.read(of, id, now);
    }

    @Override
    public CompletionStage<Optional<Notification>> dismiss(OrgId of, String id, Instant now) {
      return good.dismiss(of, id, now);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void each_outage_is_told_once_and_the_list_is_always_right(long seed) {
    var chance = new Random(seed);
    org = new OrgId("org-" + seed);
    book =
        new SqlOutages(
            database,
            new Mortal(),
            GraceRules.always(Duration.ofMinutes(2)),
            NotificationSettings.DEFAULT);
    round(false, true);
    var devices = new ArrayList<DeviceId>();
    for (int n = 0; n < 5; n++) {
      devices.add(fleet.online("tv-" + seed + "-" + n, org.value()));
    }
    for (int step = 0; step < 60; step++) {
      moves(devices.get(chance.nextInt(devices.size())), chance);
      assertEquals(downOfModel(), downOfBook());
      if (chance.nextInt(3) > 0) {
        round(chance.nextInt(4) == 0, chance.nextInt(4) > 0);
      }
    }
    round(false, true);
    check();
  }

  private void moves(DeviceId id, Random chance) {
    var row = fleet.row(id);
    if (row.retired()) {
      return;
    }
    switch (chance.nextInt(20)) {
      case 0 -> fleet.retires(id);
      case 1, 2 -> {
        if (row.disabled()) {
          fleet.enables(id);
        } else {
          fleet.disables(id);
        }
      }
      case 3 -> fleet.renames(id, "N" + chance.nextInt(100));
      case 4 -> fleet.goesAway(id);
      case 5 -> fleet.isFoundAgain(id);
      default -> {
        if (row.presence() == Presence.OFFLINE) {
          fleet.comes(id);
        } else {
          fleet.goesOffline(id);
        }
      }
    }
    if (fleet.isDown(id)) {
      everDown.add(key(id));
    }
  }

  private String key(DeviceId id) {
    return id + " " + fleet.row(id).leftAt().orElseThrow();
  }

  private Set<DeviceId> downOfModel() {
    return fleet.all().stream().filter(fleet::isDown).collect(Collectors.toSet());
  }

  private Set<DeviceId> downOfBook() {
    return await(book.open(org, 500, Optional.empty())).items().stream()
        .map(Outage::device)
        .collect(Collectors.toSet());
  }

  /** A round that dies rolls back; one that is not marked as told is told again. */
  private void round(boolean dies, boolean marks) {
    isDoomed = dies;
    try {
      await(book.reconcile(fleet.now));
    } catch (RuntimeException e) {
      assertTrue(dies, e::toString);
      return;
    } finally {
      isDoomed = false;
    }
    fleet.all().stream().filter(fleet::isDown).map(this::key).forEach(seenDown::add);
    var untold = await(book.untold(500));
    untold.forEach(u -> pushed.add(u.id()));
    if (marks) {
      await(book.told(untold));
    }
  }

  private void check() {
    var told =
        await(new SqlNotifications(database).list(org, false, 500, Optional.empty())).items();
    assertEquals(
        told.stream().map(Notification::id).collect(Collectors.toSet()),
        pushed.stream()
            .filter(id -> told.stream().anyMatch(n -> n.id().equals(id)))
            .collect(Collectors.toSet()));
    var offline = count(told, "device_offline");
    assertEquals(seenDown, offline.keySet());
    assertTrue(everDown.containsAll(offline.keySet()));
    assertTrue(offline.values().stream().allMatch(n -> n == 1), offline::toString);
    var online = count(told, "device_online");
    assertTrue(offline.keySet().containsAll(online.keySet()));
    assertTrue(online.values().stream().allMatch(n -> n == 1), online::toString);
  }

  private static Map<String, Integer> count(List<Notification> told, String type) {
    var counts = new HashMap<String, Integer>();
    for (Notification n : told) {
      if (n.type().equals(type)) {
        try {
          var metadata = JSON.readTree(n.metadata());
          counts.merge(
              metadata.get("deviceId").asText()
                  + " "
                  + Instant.parse(metadata.get("disconnectedAt").asText()),
              1,
              Integer::sum);
        } catch (java.io.IOException e) {
          throw new AssertionError(e);
        }
      }
    }
    return counts;
  }
}
