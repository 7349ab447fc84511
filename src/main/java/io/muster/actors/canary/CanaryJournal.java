package io.muster.actors.canary;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/**
 * What a node's canary writes, and deletes again. It is not sharded: a former release would not
 * know the type, and a node that waited for it would never be ready in a rolling upgrade.
 */
public final class CanaryJournal
    extends EventSourcedBehavior<
        CanaryJournal.Write, CanaryJournal.Written, CanaryJournal.Written> {
  private static final int KEPT = 10;

  /**
   * @param replyTo told when it is in the journal
   */
  public record Write(ActorRef<Done> replyTo) {}

  /** Both what is written and what is known of it. */
  public record Written(Instant at) {}

  private final Clock clock;

  private CanaryJournal(String node, Clock clock) {
    super(
        PersistenceId.of("Canary", node),
        SupervisorStrategy.restartWithBackoff(Duration.ofSeconds(1), Duration.ofSeconds(10), 0.2)
            .withLoggingEnabled(false)); // whoever asks tells
    this.clock = clock;
  }

  public static Behavior<Write> of(String node, Clock clock) {
    return new CanaryJournal(node, clock);
  }

  @Override
  public Written emptyState() {
    return new Written(Instant.EPOCH);
  }

  @Override
  public CommandHandler<Write, Written, Written> commandHandler() {
    return (_, asked) ->
        Effect()
            .persist(new Written(clock.instant()))
            .thenRun(_ -> asked.replyTo().tell(Done.getInstance()));
  }

  @Override
  public EventHandler<Written, Written> eventHandler() {
    return (_, written) -> written;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(KEPT, 1).withDeleteEventsOnSnapshot();
  }
}
