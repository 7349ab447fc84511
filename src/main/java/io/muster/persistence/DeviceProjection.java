package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.actors.device.DeviceTags;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.ShardedDaemonProcessSettings;
import org.apache.pekko.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.projection.ProjectionBehavior;
import org.apache.pekko.projection.ProjectionId;
import org.apache.pekko.projection.eventsourced.EventEnvelope;
import org.apache.pekko.projection.eventsourced.javadsl.EventSourcedProvider;
import org.apache.pekko.projection.javadsl.SourceProvider;
import org.apache.pekko.projection.jdbc.javadsl.JdbcHandler;
import org.apache.pekko.projection.jdbc.javadsl.JdbcProjection;

/**
 * Follows the journal into {@code device_view}, exactly once: the rows and how far the journal has
 * been read share a transaction.
 */
public final class DeviceProjection {
  static final String NAME = "device-view";

  private DeviceProjection() {}

  /** Each slice runs on one node of the cluster at a time. Call once on every node. */
  public static void start(ActorSystem<?> system, Database database) {
    ShardedDaemonProcess.get(system)
        .init(
            ProjectionBehavior.Command.class,
            NAME,
            DeviceTags.ALL.size(),
            slice -> slice(system, database, DeviceTags.ALL.get(slice)),
            ShardedDaemonProcessSettings.create(system),
            Optional.of(ProjectionBehavior.stopMessage()));
  }

  static Behavior<ProjectionBehavior.Command> slice(
      ActorSystem<?> system, Database database, String tag) {
    return ProjectionBehavior.create(
        JdbcProjection.groupedWithin(
            ProjectionId.of(NAME, tag),
            events(system, database, tag),
            () -> new Transaction(database),
            Rows::new,
            system));
  }

  private static SourceProvider<Offset, EventEnvelope<DeviceEvent>> events(
      ActorSystem<?> system, Database database, String tag) {
    return database.isEmbedded()
        ? new EmbeddedEvents(system, database, tag)
        : EventSourcedProvider.eventsByTag(system, JdbcReadJournal.Identifier(), tag);
  }

  private static final class Rows
      extends JdbcHandler<List<EventEnvelope<DeviceEvent>>, Transaction> {
    @Override
    public void process(Transaction transaction, List<EventEnvelope<DeviceEvent>> envelopes)
        throws SQLException {
      project(transaction.connection(), envelopes);
    }
  }

  /** Folds the events over the rows they are about, and writes each row once. */
  private static void project(Connection c, List<EventEnvelope<DeviceEvent>> envelopes)
      throws SQLException {
    var ids = envelopes.stream().map(DeviceProjection::device).collect(Collectors.toSet());
    var before = DeviceTable.load(c, ids);
    var after = DeviceTable.byId();
    after.putAll(before);
    envelopes.forEach(envelope -> add(after, envelope));
    DeviceTable.save(c, before, after);
  }

  private static void add(
      SortedMap<DeviceId, DeviceRow> rows, EventEnvelope<DeviceEvent> envelope) {
    var id = device(envelope);
    long seq = envelope.sequenceNr();
    rows.compute(
        id,
        (_, row) ->
            row != null
                ? row.after(envelope.event(), seq)
                : DeviceRow.registered(id, (Registered) envelope.event(), seq));
  }

  private static DeviceId device(EventEnvelope<?> envelope) {
    var persistenceId = envelope.persistenceId();
    return new DeviceId(persistenceId.substring(persistenceId.indexOf('|') + 1));
  }
}
