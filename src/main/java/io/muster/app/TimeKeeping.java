package io.muster.app;

import io.muster.persistence.DatabaseClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorSystem;

/** Holds the node's clock against the database's every five seconds. */
final class TimeKeeping {
  private static final Duration EVERY = Duration.ofSeconds(5);

  // An answer that took longer is too old to be compared.
  private static final Duration ANSWER_MAX = Duration.ofMillis(500);

  private final DatabaseClock database;

  TimeKeeping(DatabaseClock database) {
    this.database = database;
  }

  /** Asks once, and waits for the answer; a database that does not give it is not asked for now. */
  SteadyClock begin() {
    var system = Clock.systemUTC().instant();
    return new SteadyClock(System::nanoTime, system, databaseOr(system));
  }

  private Instant databaseOr(Instant system) {
    try {
      return database.now().toCompletableFuture().join();
    } catch (CompletionException e) {
      return system;
    }
  }

  void goOn(SteadyClock clock, ActorSystem<?> system) {
    system
        .scheduler()
        .scheduleWithFixedDelay(EVERY, EVERY, () -> compare(clock), system.executionContext());
  }

  private void compare(SteadyClock clock) {
    long asked = System.nanoTime();
    database
        .now()
        .thenAccept(
            now -> {
              if (System.nanoTime() - asked <= ANSWER_MAX.toNanos()) {
                clock.compare(Clock.systemUTC().instant(), now);
              }
            });
  }
}
