package io.muster.persistence;

import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.device.DeviceTags;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Waits for the projection, in one place for all who wait: while there is anybody, one query every
 * now and then looks how far it is.
 */
final class CatchingUp implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PACE = Duration.ofMillis(50);

  private static final String OFFSETS =
      "select projection_key, current_offset from muster.projection_offset where projection_name = '%s'"
          .formatted(DeviceProjection.NAME);

  /**
   * The first event of ours after the floor that no slice has projected yet. What lies below the
   * floor was seen to be done.
   */
  private static final String FIRST_MISSING =
      """
      select min(event_id)
      from muster.event_tag
      where event_id > ? and event_id <= ? and (%s)\
      """
          .formatted(
              DeviceTags.ALL.stream()
                  .map("(tag = '%s' and event_id > ?)"::formatted)
                  .collect(Collectors.joining(" or ")));

  private record Waiting(long mark, long since, CompletableFuture<Void> done) {}

  private final Database database;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("muster-catching-up").factory());
  private final List<Waiting> waiting = new ArrayList<>();
  private boolean isLooking;
  private long floor;

  CatchingUp(Database database) {
    this.database = database;
  }

  /** Fails with {@link ReadModelUnavailable} after 30 s. */
  synchronized CompletionStage<Void> to(long mark) {
    if (mark <= floor) {
      return CompletableFuture.completedStage(null);
    }
    var done = new CompletableFuture<Void>();
    waiting.add(new Waiting(mark, System.nanoTime(), done));
    if (!isLooking) {
      isLooking = true;
      look();
    }
    return done.copy();
  }

  private synchronized void look() {
    long from = floor;
    long to = waiting.stream().mapToLong(Waiting::mark).max().orElse(floor);
    database
        .query(c -> reached(c, from, to))
        .whenComplete((reached, failure) -> settle(failure == null ? reached : from));
  }

  // Two questions: offsets change all the time, and a join would meet their old versions for each
  // event.
  private static long reached(Connection c, long from, long to) throws SQLException {
    var offsets = offsets(c);
    try (var select = c.prepareStatement(FIRST_MISSING)) {
      select.setLong(1, from);
      select.setLong(2, to);
      for (int slice = 0; slice < DeviceTags.ALL.size(); slice++) {
        select.setLong(slice + 3, offsets.getOrDefault(DeviceTags.ALL.get(slice), 0L));
      }
      try (var found = select.executeQuery()) {
        found.next();
        long missing = found.getLong(1);
        return found.wasNull() ? to : missing - 1;
      }
    }
  }

  private static Map<String, Long> offsets(Connection c) throws SQLException {
    var offsets = new HashMap<String, Long>();
    try (var select = c.prepareStatement(OFFSETS);
        var found = select.executeQuery()) {
      while (found.next()) {
        offsets.put(found.getString(1), Long.parseLong(found.getString(2)));
      }
    }
    return offsets;
  }

  /** An answer completes outside of the lock: whoever waits may ask for the next thing at once. */
  private void settle(long reached) {
    var ready = new ArrayList<Waiting>();
    var late = new ArrayList<Waiting>();
    synchronized (this) {
      floor = Math.max(floor, reached);
      long now = System.nanoTime();
      for (Waiting w : waiting) {
        if (w.mark() <= floor) {
          ready.add(w);
        } else if (now - w.since() > PATIENCE.toNanos()) {
          late.add(w);
        }
      }
      waiting.removeAll(ready);
      waiting.removeAll(late);
      isLooking = !waiting.isEmpty();
      if (isLooking && !clock.isShutdown()) {
        clock.schedule(this::look, PACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    ready.forEach(w -> w.done().complete(null));
    late.forEach(
        w ->
            w.done()
                .completeExceptionally(
                    new ReadModelUnavailable("the tables are more than 30 s behind")));
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
