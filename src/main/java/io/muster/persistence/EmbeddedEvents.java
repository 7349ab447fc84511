package io.muster.persistence;

import io.muster.actors.device.DeviceEvent;
import java.io.NotSerializableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.Sequence;
import org.apache.pekko.projection.eventsourced.EventEnvelope;
import org.apache.pekko.projection.javadsl.SourceProvider;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A slice of the journal in H2. The query of the journal plugin makes H2 go through all tags there
 * ever were, ten times a second. Holes in the order need no care here: one transaction at a time
 * writes to the embedded journal.
 */
final class EmbeddedEvents extends SourceProvider<Offset, EventEnvelope<DeviceEvent>> {
  private static final int BATCH = 500;
  private static final Duration PACE = Duration.ofMillis(100);

  private static final String NEXT =
      """
      select t.event_id, j.persistence_id, j.sequence_number, j.write_timestamp,
        j.event_ser_manifest, j.event_payload
      from muster.event_tag t join muster.event_journal j on j.ordering = t.event_id
      where t.tag = ? and t.event_id > ?
      order by t.event_id limit ?\
      """;

  private final ActorSystem<?> system;
  private final Database database;
  private final String tag;
  private final JournalSerializer serializer = new JournalSerializer();

  EmbeddedEvents(ActorSystem<?> system, Database database, String tag) {
    this.system = system;
    this.database = database;
    this.tag = tag;
  }

  private record Position(long ordering, boolean isAtEnd) {}

  @Override
  public CompletionStage<Source<EventEnvelope<DeviceEvent>, NotUsed>> source(
      Supplier<CompletionStage<Optional<Offset>>> start) {
    return start
        .get()
        .thenApply(
            offset ->
                Source.unfoldAsync(
                        new Position(offset.map(EmbeddedEvents::ordering).orElse(0L), false),
                        this::next)
                    .mapConcat(batch -> batch));
  }

  private static long ordering(Offset offset) {
    return ((Sequence) offset).value();
  }

  private CompletionStage<Optional<Pair<Position, List<EventEnvelope<DeviceEvent>>>>> next(
      Position position) {
    return batch(position)
        .thenApply(batch -> Optional.of(Pair.create(after(position, batch), batch)));
  }

  private CompletionStage<List<EventEnvelope<DeviceEvent>>> batch(Position position) {
    return position.isAtEnd()
        ? Patterns.after(PACE, system.classicSystem(), () -> query(position))
        : query(position);
  }

  private CompletionStage<List<EventEnvelope<DeviceEvent>>> query(Position position) {
    return database.query(c -> read(c, position.ordering()));
  }

  private static Position after(Position position, List<EventEnvelope<DeviceEvent>> batch) {
    return new Position(
        batch.isEmpty() ? position.ordering() : ordering(batch.getLast().offset()),
        batch.size() < BATCH);
  }

  private List<EventEnvelope<DeviceEvent>> read(Connection c, long after) throws SQLException {
    try (var select = c.prepareStatement(NEXT)) {
      select.setString(1, tag);
      select.setLong(2, after);
      select.setInt(3, BATCH);
      var events = new ArrayList<EventEnvelope<DeviceEvent>>();
      try (var found = select.executeQuery()) {
        while (found.next()) {
          events.add(
              EventEnvelope.create(
                  new Sequence(found.getLong(1)),
                  found.getString(2),
                  found.getLong(3),
                  event(found.getString(5), found.getBytes(6)),
                  found.getLong(4)));
        }
      }
      return events;
    }
  }

  private DeviceEvent event(String manifest, byte[] bytes) {
    try {
      return (DeviceEvent) serializer.fromBinary(bytes, manifest);
    } catch (NotSerializableException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Offset extractOffset(EventEnvelope<DeviceEvent> envelope) {
    return envelope.offset();
  }

  @Override
  public long extractCreationTime(EventEnvelope<DeviceEvent> envelope) {
    return envelope.timestamp();
  }
}
