package io.muster.persistence;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.LastSeen;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.Transitions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the rows of a CMS whether devices are there, in its two words. Two ways lead there:
 * changes, collected for a second and kept through an outage, and last seen, in one statement for a
 * whole node every now and then. Both write only rows that exist and only what differs; neither is
 * awaited by a device.
 */
public final class CmsPresence implements LastSeen, Transitions, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CmsPresence.class);

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int BATCH_MAX = 5_000;
  private static final int SEEN_MAX = 20_000;

  /**
   * Devices whose change waits for a database that is away. What is more is left out: the next last
   * seen corrects it for those who are there, the clock of the CMS for those who are not.
   */
  private static final int WAITING_MAX = 200_000;

  /**
   * A device that somebody else has marked offline while it was here is online again when it was
   * seen after that; one that has left was not. Rows are locked in the order of ids, because two
   * nodes may have seen the same devices.
   */
  private static final String SEEN =
      """
      with n as (
        select d.id, s.last_seen, s.app_version
        from unnest(cast(? as text[]), cast(? as text[]), cast(? as timestamp[]), cast(? as text[]))
          as s(id, org, last_seen, app_version)
        join public.devices d on d.id = s.id and d."organizationId" = s.org
        where d."lastHeartbeat" is null or d."lastHeartbeat" < s.last_seen
        order by d.id for no key update of d
      )
      update public.devices d set
        "lastHeartbeat" = n.last_seen,
        status = case
          when d.status in ('offline', 'error') and n.last_seen > d."updatedAt" then 'online'
          else d.status end,
        metadata = case
          when n.app_version is null or n.app_version is not distinct from d.metadata ->> 'appVersion'
            then d.metadata
          when jsonb_typeof(d.metadata) = 'object'
            then d.metadata || jsonb_build_object('appVersion', n.app_version)
          else jsonb_build_object('appVersion', n.app_version) end,
        "updatedAt" = ?
      from n where d.id = n.id\
      """;

  /**
   * Offline only while nothing newer is known: a change that waited through an outage must not undo
   * what another node, or a heartbeat over HTTP, has written meanwhile. The clocks of two nodes may
   * be some seconds apart.
   */
  private static final String CHANGED =
      """
      with n as (
        select d.id, s.is_online, s.at
        from unnest(cast(? as text[]), cast(? as text[]), cast(? as boolean[]), cast(? as timestamp[]))
          as s(id, org, is_online, at)
        join public.devices d on d.id = s.id and d."organizationId" = s.org
        where case when s.is_online
          then d.status <> 'online' or d."lastHeartbeat" is null or d."lastHeartbeat" < s.at
          else d.status in ('online', 'error')
            and (d."lastHeartbeat" is null or d."lastHeartbeat" <= s.at + interval '5 seconds') end
        order by d.id for no key update of d
      )
      update public.devices d set
        status = case when n.is_online then 'online' else 'offline' end,
        "lastHeartbeat" = case when n.is_online then greatest(d."lastHeartbeat", n.at)
          else d."lastHeartbeat" end,
        "updatedAt" = ?
      from n where d.id = n.id\
      """;

  private record Change(OrgId org, boolean isOnline, Instant at, long seq) {
    /** Of the same fact the later word counts: first away, then missing. */
    Change orNewer(Change other) {
      return other.seq() < seq ? this : other;
    }
  }

  private final Database database;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("muster-cms-presence").factory());
  private final Map<DeviceId, Change> waiting = new HashMap<>();
  private boolean isWriting;
  private boolean isAway;

  public CmsPresence(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    timer.scheduleWithFixedDelay(
        this::writeChanges, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  // ── last seen ──

  @Override
  public CompletionStage<Void> keep(Collection<Seen> batch) {
    if (batch.size() > SEEN_MAX) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("at most " + SEEN_MAX + " devices at once"));
    }
    var newest = new TreeMap<String, Seen>();
    batch.stream()
        .filter(seen -> seen.hints().lastSeen().isPresent())
        .forEach(
            seen ->
                newest.merge(seen.id().value(), seen, (a, b) -> b.at().isBefore(a.at()) ? a : b));
    return newest.isEmpty()
        ? CompletableFuture.completedStage(null)
        : database.query(c -> keep(c, List.copyOf(newest.values())));
  }

  private Void keep(Connection c, List<Seen> seen) throws SQLException {
    try (var update = c.prepareStatement(SEEN)) {
      update.setArray(1, CmsColumns.texts(c, seen, s -> s.id().value()));
      update.setArray(2, CmsColumns.texts(c, seen, s -> s.org().value()));
      update.setArray(3, CmsColumns.times(c, seen, Seen::at));
      update.setArray(
          4,
          CmsColumns.texts(
              c, seen, s -> s.hints().appVersion().map(Columns::storable).orElse(null)));
      update.setObject(5, CmsColumns.time(clock.instant()));
      update.executeUpdate();
      return null;
    }
  }

  // ── changes ──

  @Override
  public void changed(DeviceView device) {
    switch (device.presence()) {
      case ONLINE -> note(device, true);
      case OFFLINE -> note(device, false);
      case RECONNECTING, NEVER_SEEN -> {} // Nothing these two words could say.
    }
  }

  @Override
  public void missing(DeviceView device) {
    if (device.presence() != Presence.ONLINE) {
      note(device, false);
    }
  }

  private synchronized void note(DeviceView device, boolean isOnline) {
    if (waiting.size() < WAITING_MAX || waiting.containsKey(device.id())) {
      waiting.merge(
          device.id(),
          new Change(device.org(), isOnline, device.since(), device.seq()),
          Change::orNewer);
    }
  }

  /** One batch at a time: a database that is slow is not asked to do two things at once. */
  private void writeChanges() {
    var batch = nextBatch();
    if (batch.isEmpty()) {
      return;
    }
    database
        .query(c -> write(c, batch))
        .whenComplete(
            (_, failure) -> {
              if (failure == null) {
                done();
              } else {
                again(batch, failure);
              }
            });
  }

  private synchronized Map<DeviceId, Change> nextBatch() {
    Map<DeviceId, Change> batch = new TreeMap<>(Comparator.comparing(DeviceId::value));
    if (!isWriting) {
      waiting.entrySet().stream()
          .limit(BATCH_MAX)
          .forEach(entry -> batch.put(entry.getKey(), entry.getValue()));
      batch.keySet().forEach(waiting::remove);
      isWriting = !batch.isEmpty();
    }
    return batch;
  }

  private void done() {
    boolean isMore;
    synchronized (this) {
      isWriting = false;
      isMore = waiting.size() >= BATCH_MAX;
      if (isAway) {
        isAway = false;
        log.info("The CMS takes the status of devices again");
      }
    }
    if (isMore && !timer.isShutdown()) {
      timer.execute(this::writeChanges);
    }
  }

  private synchronized void again(Map<DeviceId, Change> batch, Throwable failure) {
    isWriting = false;
    batch.forEach((id, change) -> waiting.merge(id, change, (newer, old) -> old.orNewer(newer)));
    if (!isAway) {
      isAway = true;
      log.warn("The CMS does not take the status of devices; it gets it when it does", failure);
    }
  }

  private Void write(Connection c, Map<DeviceId, Change> batch) throws SQLException {
    try (var update = c.prepareStatement(CHANGED)) {
      var changes = List.copyOf(batch.entrySet());
      update.setArray(1, CmsColumns.texts(c, changes, e -> e.getKey().value()));
      update.setArray(2, CmsColumns.texts(c, changes, e -> e.getValue().org().value()));
      update.setArray(
          3, c.createArrayOf("bool", changes.stream().map(e -> e.getValue().isOnline()).toArray()));
      update.setArray(4, CmsColumns.times(c, changes, e -> e.getValue().at()));
      update.setObject(5, CmsColumns.time(clock.instant()));
      update.executeUpdate();
      return null;
    }
  }

  /** What has not been written yet is left to the clock of the CMS. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
