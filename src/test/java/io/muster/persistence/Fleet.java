package io.muster.persistence;

import static io.muster.support.Eventually.await;

import io.muster.actors.DeviceId;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.*;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Devices as the projection would write them, without a journal; each event takes a second. */
final class Fleet {
  static final Instant START = Instant.parse("2026-03-01T08:00:00Z");
  private static final NodeId NODE = new NodeId("node@1");

  private final Database database;
  private final Map<DeviceId, DeviceRow> rows = new HashMap<>();
  Instant now = START;

  Fleet(Database database) {
    this.database = database;
  }

  DeviceId registers(String name, String org, String... tags) {
    var id = new DeviceId(name);
    var row =
        DeviceRow.registered(id, new Registered(new OrgId(org), "TV " + name, "ada", now), 1)
            .after(new Tagged(new TreeSet<>(Set.of(tags)), "ada", now), 2);
    save(Map.of(), row);
    return id;
  }

  /** Registered, and connected. */
  DeviceId online(String name, String org, String... tags) {
    var id = registers(name, org, tags);
    comes(id);
    return id;
  }

  void comes(DeviceId id) {
    happens(id, new CameOnline(rows.get(id).epoch() + 1, NODE, now));
  }

  /** The same connection is heard again. */
  void isFoundAgain(DeviceId id) {
    happens(id, new CameOnline(rows.get(id).epoch(), NODE, now));
  }

  void goesAway(DeviceId id) {
    happens(id, new WentAway(rows.get(id).epoch(), AwayReason.GOODBYE, now.plusSeconds(120), now));
  }

  /** Away, and its grace is over. */
  void goesOffline(DeviceId id) {
    goesAway(id);
    now = now.plusSeconds(120);
    happens(id, new WentOffline(rows.get(id).epoch(), now));
  }

  void disables(DeviceId id) {
    happens(id, new Disabled("ada", now));
  }

  void enables(DeviceId id) {
    happens(id, new Enabled("ada", now));
  }

  void renames(DeviceId id, String name) {
    happens(id, new Renamed(name, "ada", now));
  }

  void retires(DeviceId id) {
    happens(id, new WasRetired("ada", now));
  }

  private void happens(DeviceId id, DeviceEvent event) {
    var before = rows.get(id);
    save(Map.of(id, before), before.after(event, before.seq() + 1));
  }

  private void save(Map<DeviceId, DeviceRow> before, DeviceRow after) {
    var all = DeviceTable.byId();
    all.put(after.id(), after);
    await(
        database.transaction(
            c -> {
              DeviceTable.save(c, before, all);
              return null;
            }));
    rows.put(after.id(), after);
    now = now.plusSeconds(1);
  }

  void passes(Duration time) {
    now = now.plus(time);
  }

  DeviceRow row(DeviceId id) {
    return rows.get(id);
  }

  boolean isDown(DeviceId id) {
    var row = rows.get(id);
    return row.presence() == Presence.OFFLINE && !row.disabled() && !row.retired();
  }

  Set<DeviceId> all() {
    return rows.keySet();
  }
}
