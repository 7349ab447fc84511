package io.muster.persistence;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes reports that have had their time, a portion at a time, so that no delete holds locks for
 * long or keeps others waiting for a connection.
 */
public final class ReportPurge {
  private static final Logger log = LoggerFactory.getLogger(ReportPurge.class);

  private static final Duration EVERY = Duration.ofHours(1);

  // Twice what anybody can ask for.
  private static final Duration ERRORS_KEPT = Duration.ofHours(2);
  private static final int PORTION = 5_000;

  private static final String IMPRESSIONS =
      """
      delete from muster.impression where (device, said_at, content, kind) in (
        select device, said_at, content, kind from muster.impression where on_day < ? limit ?)\
      """;

  private static final String ERRORS =
      """
      delete from muster.content_error where (device, said_at, content, type) in (
        select device, said_at, content, type from muster.content_error where received_at < ? limit ?)\
      """;

  private final Database database;
  private final int keepDays;
  private final Clock clock;

  public ReportPurge(Database database, int keepDays, Clock clock) {
    this.database = database;
    this.keepDays = keepDays;
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
                          log.warn("Old reports were not removed this time: {}", e.toString());
                          return null;
                        }),
            system.executionContext());
  }

  /** Completes when nothing old is left. */
  CompletionStage<Void> once() {
    var oldest = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(keepDays);
    var errorsFrom = Columns.time(clock.instant().minus(ERRORS_KEPT));
    return portions(IMPRESSIONS, oldest).thenCompose(_ -> portions(ERRORS, errorsFrom));
  }

  private CompletionStage<Void> portions(String delete, Object before) {
    return database
        .query(
            c -> {
              try (var statement = c.prepareStatement(delete)) {
                statement.setObject(1, before);
                statement.setInt(2, PORTION);
                return statement.executeUpdate();
              }
            })
        .thenCompose(
            removed ->
                removed < PORTION
                    ? CompletableFuture.completedFuture(null)
                    : portions(delete, before));
  }
}
