package io.muster.persistence;

import io.muster.actors.room.Room;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomTypes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what has happened in rooms and is not kept any more, a room at a time, those that sleep
 * included. The last event of a room always stays: it is where the room goes on counting. Of a room
 * that is more than its events nothing goes that its oldest snapshot does not hold.
 */
public final class RoomPurge {
  private static final Logger log = LoggerFactory.getLogger(RoomPurge.class);
  private static final Duration EVERY = Duration.ofHours(1);
  private static final String PREFIX = Room.KEY.name() + "|";

  private static final String ROOMS =
      """
      select distinct persistence_id from muster.event_journal
      where persistence_id > ? and persistence_id < ?\
      """;

  private static final String LAST_GONE =
      """
      select max(s) from (
        select sequence_number s, write_timestamp t,
          row_number() over (order by sequence_number desc) n,
          sum(octet_length(event_payload)) over (order by sequence_number desc) b
        from muster.event_journal where persistence_id = ?) counted
      where n > 1 and (t < ? or n > ? or b > ?)\
      """;

  private static final String OLDEST_SNAPSHOT =
      "select min(sequence_number) from muster.snapshot where persistence_id = ?";

  private static final String DELETE =
      "delete from muster.event_journal where persistence_id = ? and sequence_number <= ?";

  private final Database database;
  private final RoomTypes types;
  private final RoomType.Retention usual;
  private final Clock clock;

  public RoomPurge(Database database, RoomTypes types, RoomType.Retention usual, Clock clock) {
    this.database = database;
    this.types = types;
    this.usual = usual;
    this.clock = clock;
  }

  /** Every hour; the nodes of a cluster at different moments. */
  public void start(ActorSystem<?> system) {
    var first = Duration.ofSeconds(ThreadLocalRandom.current().nextLong(60, EVERY.toSeconds()));
    system
        .scheduler()
        .scheduleWithFixedDelay(
            first,
            EVERY,
            () ->
                once()
                    .exceptionally(
                        e -> {
                          log.warn("Old events of rooms were not removed: {}", e.toString());
                          return null;
                        }),
            system.executionContext());
  }

  /** Completes when nothing is left that must not be. */
  CompletionStage<Void> once() {
    return database.query(RoomPurge::rooms).thenCompose(this::purge);
  }

  private static List<String> rooms(Connection c) throws SQLException {
    try (var select = c.prepareStatement(ROOMS)) {
      select.setString(1, PREFIX);
      select.setString(2, Room.KEY.name() + "}"); // what follows the bar
      var rooms = new ArrayList<String>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          rooms.add(found.getString(1));
        }
      }
      return rooms;
    }
  }

  private CompletionStage<Void> purge(List<String> rooms) {
    CompletionStage<Void> done = CompletableFuture.completedFuture(null);
    for (String room : rooms) {
      done = done.thenCompose(_ -> database.query(c -> purge(c, room))).thenAccept(_ -> {});
    }
    return done;
  }

  private int purge(Connection c, String name) throws SQLException {
    var type = types.find(RoomId.parse(name.substring(PREFIX.length())));
    if (type.isEmpty()) {
      return 0; // its kind may come back
    }
    long gone = lastGone(c, name, type.get().retention(usual));
    if (type.get().isMoreThanItsEvents()) {
      gone = Math.min(gone, number(c, OLDEST_SNAPSHOT, name));
    }
    if (gone == 0) {
      return 0;
    }
    try (var delete = c.prepareStatement(DELETE)) {
      delete.setString(1, name);
      delete.setLong(2, gone);
      return delete.executeUpdate();
    }
  }

  private long lastGone(Connection c, String name, RoomType.Retention kept) throws SQLException {
    try (var select = c.prepareStatement(LAST_GONE)) {
      select.setString(1, name);
      select.setLong(2, clock.instant().minus(kept.age()).toEpochMilli());
      select.setInt(3, kept.events());
      select.setLong(4, kept.bytes());
      try (var found = select.executeQuery()) {
        found.next();
        return found.getLong(1);
      }
    }
  }

  private static long number(Connection c, String query, String name) throws SQLException {
    try (var select = c.prepareStatement(query)) {
      select.setString(1, name);
      try (var found = select.executeQuery()) {
        found.next();
        return found.getLong(1);
      }
    }
  }
}
