package io.muster.persistence;

import io.muster.actors.room.Published;
import io.muster.actors.room.Room;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomJournal;
import java.io.NotSerializableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * The past of rooms straight from the journal's table, where the number of an event in its room is
 * its number in the journal.
 */
public final class SqlRoomJournal implements RoomJournal {
  private static final String AFTER =
      """
      select event_ser_manifest, event_payload
      from muster.event_journal
      where persistence_id = ? and sequence_number > ? and write_timestamp >= ? and deleted = false
      order by sequence_number limit ?\
      """;

  private final Database database;
  private final JournalSerializer serializer = new JournalSerializer();

  public SqlRoomJournal(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<List<RoomEvent>> read(RoomId room, long after, int limit, Instant since) {
    return database.query(c -> read(c, room, after, limit, since));
  }

  private List<RoomEvent> read(Connection c, RoomId room, long after, int limit, Instant since)
      throws SQLException {
    try (var select = c.prepareStatement(AFTER)) {
      select.setString(1, PersistenceId.of(Room.KEY.name(), room.toString()).id());
      select.setLong(2, after);
      select.setLong(3, since.toEpochMilli());
      select.setInt(4, limit);
      var events = new ArrayList<RoomEvent>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          events.add(event(found.getBytes(2), found.getString(1)));
        }
      }
      return events;
    }
  }

  private RoomEvent event(byte[] bytes, String manifest) throws SQLException {
    try {
      return ((Published) serializer.fromBinary(bytes, manifest)).event();
    } catch (NotSerializableException e) {
      throw new SQLException("an event of a room cannot be read", e);
    }
  }
}
