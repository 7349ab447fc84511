package io.muster.persistence;

import io.muster.actors.CommandHistory;
import io.muster.actors.DeviceId;
import io.muster.actors.LastSeen;
import io.muster.actors.Pairings;
import io.muster.actors.Roster;
import io.muster.actors.SuspendedOrganizations;
import io.muster.actors.content.ContentSource;
import io.muster.actors.content.PlaylistJson;
import io.muster.actors.content.PushedContents;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceTags;
import io.muster.actors.telemetry.Reports;
import io.muster.actors.telemetry.Statistics;
import io.muster.support.MemoryHistory;
import io.muster.support.MemoryLastSeen;
import io.muster.support.MemoryPairings;
import io.muster.support.MemoryPushedContents;
import io.muster.support.MemoryReports;
import io.muster.support.MemoryRoster;
import io.muster.support.MemorySuspendedOrganizations;
import io.muster.support.MemoryTelemetry;
import io.muster.support.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.projection.ProjectionBehavior;

/** What the core asks of a store, and what a test does to it. */
interface Ports extends AutoCloseable {
  Roster roster();

  LastSeen lastSeen();

  CommandHistory history();

  Pairings pairings();

  Reports reports();

  Statistics statistics();

  PushedContents pushed();

  /** Where that comes out again. */
  ContentSource pushedSource();

  SuspendedOrganizations suspendedOrganizations();

  void journal(DeviceId id, DeviceEvent... facts);

  /** The table stays as it is while the journal goes on. */
  void holdBack();

  void goOn();

  @Override
  void close();

  /** The twin that tests of other parts use. */
  final class InMemory implements Ports {
    private final MemoryRoster roster = new MemoryRoster();
    private final MemoryHistory history = new MemoryHistory();
    private final MemoryPairings pairings = new MemoryPairings();
    private final MemoryReports reports = new MemoryReports();
    private final MemoryPushedContents pushed = new MemoryPushedContents();
    private final MemorySuspendedOrganizations suspended = new MemorySuspendedOrganizations();

    @Override
    public Roster roster() {
      return roster;
    }

    @Override
    public LastSeen lastSeen() {
      return new MemoryLastSeen(roster);
    }

    @Override
    public CommandHistory history() {
      return history;
    }

    @Override
    public Pairings pairings() {
      return pairings;
    }

    @Override
    public Reports reports() {
      return reports;
    }

    @Override
    public Statistics statistics() {
      return reports;
    }

    @Override
    public PushedContents pushed() {
      return pushed;
    }

    @Override
    public ContentSource pushedSource() {
      return pushed;
    }

    @Override
    public SuspendedOrganizations suspendedOrganizations() {
      return suspended;
    }

    @Override
    public void journal(DeviceId id, DeviceEvent... facts) {
      roster.add(id, facts);
      history.add(id, facts);
    }

    @Override
    public void holdBack() {
      roster.holdBack();
    }

    @Override
    public void goOn() {
      roster.goOn();
    }

    @Override
    public void close() {}
  }

  /** The real thing: journalled by actors, projected, asked by SQL. */
  final class InStore implements Ports {
    private static final ReportSettings REPORTS =
        new ReportSettings(1_000, 1 << 20, 100, Duration.ofMillis(5), Duration.ofMillis(200), 90);

    private final Store store;
    private final DeviceViews roster;
    private final SqlReports reports;
    private final PushedContentTable pushed;
    private final List<ActorRef<ProjectionBehavior.Command>> slices = new ArrayList<>();
    private int generation;

    InStore(Store store) {
      this.store = store;
      this.roster = new DeviceViews(store.database());
      this.reports = new SqlReports(store.database(), REPORTS, List.of(), new MemoryTelemetry());
      this.pushed = new PushedContentTable(store.database(), new PlaylistJson(Optional.empty()));
      goOn();
    }

    @Override
    public Roster roster() {
      return roster;
    }

    @Override
    public LastSeen lastSeen() {
      return new DeviceHints(store.database());
    }

    @Override
    public CommandHistory history() {
      return new JournalHistory(store.database());
    }

    @Override
    public Pairings pairings() {
      return new SqlPairings(store.database());
    }

    @Override
    public Reports reports() {
      return reports;
    }

    @Override
    public Statistics statistics() {
      return new SqlStatistics(store.database());
    }

    @Override
    public PushedContents pushed() {
      return pushed;
    }

    @Override
    public ContentSource pushedSource() {
      return pushed;
    }

    @Override
    public SuspendedOrganizations suspendedOrganizations() {
      return new SqlSuspendedOrganizations(store.database(), Clock.systemUTC());
    }

    @Override
    public void journal(DeviceId id, DeviceEvent... facts) {
      store.journal(id, facts);
    }

    @Override
    public void holdBack() {
      slices.forEach(store::stop);
      slices.clear();
    }

    @Override
    public void goOn() {
      generation++;
      for (String tag : DeviceTags.ALL) {
        slices.add(
            store.spawn(
                DeviceProjection.slice(store.system(), store.database(), tag),
                tag + "-" + generation));
      }
    }

    @Override
    public void close() {
      roster.close();
      reports.close();
      store.close();
    }
  }
}
