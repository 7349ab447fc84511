package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomTypes;
import io.muster.actors.room.type.FeatureType;
import io.muster.actors.room.type.SessionType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class RoomPurgeContract {
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00Z");
  private static final int PAYLOAD = 100;

  abstract Database database();

  private final String key = UUID.randomUUID().toString();
  private final RoomId session = new RoomId("session", key);
  private final RoomId feature = new RoomId("feature", key);

  private void happened(RoomId room, int seq, Duration ago) {
    await(
        database()
            .query(
                c -> {
                  try (var insert =
                      c.prepareStatement(
                          """
                          insert into muster.event_journal (persistence_id, sequence_number, writer,
                            write_timestamp, event_ser_id, event_ser_manifest, event_payload)
                          values (?, ?, 'w', ?, 7, 'm', ?)\
                          """)) {
                    insert.setString(1, "Room|" + room);
                    insert.setLong(2, seq);
                    insert.setLong(3, NOW.minus(ago).toEpochMilli());
                    insert.setBytes(4, new byte[PAYLOAD]);
                    return insert.executeUpdate();
                  }
                }));
  }

  private void kept(RoomId room, int seq) {
    await(
        database()
            .query(
                c -> {
                  try (var insert =
                      c.prepareStatement(
                          """
                          insert into muster.snapshot (persistence_id, sequence_number, created,
                            snapshot_ser_id, snapshot_ser_manifest, snapshot_payload)
                          values (?, ?, 1, 7, 'm', ?)\
                          """)) {
                    insert.setString(1, "Room|" + room);
                    insert.setLong(2, seq);
                    insert.setBytes(3, new byte[PAYLOAD]);
                    return insert.executeUpdate();
                  }
                }));
  }

  private List<Integer> left(RoomId room) {
    return await(
        database()
            .query(
                c -> {
                  try (var select =
                      c.prepareStatement(
                          """
                          select sequence_number from muster.event_journal
                          where persistence_id = ? order by sequence_number\
                          """)) {
                    select.setString(1, "Room|" + room);
                    var left = new ArrayList<Integer>();
                    try (var found = select.executeQuery()) {
                      while (found.next()) {
                        left.add(found.getInt(1));
                      }
                    }
                    return left;
                  }
                }));
  }

  private void purge(Duration age, int events, long bytes) {
    await(
        new RoomPurge(
                database(),
                RoomTypes.with(List.of(new SessionType(), new FeatureType())),
                new RoomType.Retention(age, events, bytes),
                Clock.fixed(NOW, ZoneOffset.UTC))
            .once());
  }

  @Test
  void what_is_older_than_is_kept_goes() {
    happened(session, 1, Duration.ofHours(3));
    happened(session, 2, Duration.ofHours(2));
    happened(session, 3, Duration.ofMinutes(30));
    happened(session, 4, Duration.ZERO);
    purge(Duration.ofHours(1), 100, 100_000);
    assertEquals(List.of(3, 4), left(session));
  }

  @Test
  void more_than_are_kept_go() {
    for (int seq = 1; seq <= 5; seq++) {
      happened(session, seq, Duration.ZERO);
    }
    purge(Duration.ofHours(1), 3, 100_000);
    assertEquals(List.of(3, 4, 5), left(session));
  }

  @Test
  void what_takes_more_than_is_kept_goes() {
    for (int seq = 1; seq <= 5; seq++) {
      happened(session, seq, Duration.ZERO);
    }
    purge(Duration.ofHours(1), 100, 2 * PAYLOAD);
    assertEquals(List.of(4, 5), left(session));
  }

  @Test
  void the_last_event_of_a_room_stays() {
    happened(session, 1, Duration.ofDays(9));
    happened(session, 2, Duration.ofDays(8));
    purge(Duration.ofHours(1), 100, 1);
    assertEquals(List.of(2), left(session));
  }

  @Test
  void what_no_snapshot_holds_stays_where_it_is_needed() {
    for (int seq = 1; seq <= 5; seq++) {
      happened(feature, seq, Duration.ofDays(2));
    }
    purge(Duration.ofHours(1), 100, 100_000);
    assertEquals(List.of(1, 2, 3, 4, 5), left(feature));
    kept(feature, 2);
    kept(feature, 4);
    purge(Duration.ofHours(1), 100, 100_000);
    assertEquals(List.of(3, 4, 5), left(feature));
  }
}
