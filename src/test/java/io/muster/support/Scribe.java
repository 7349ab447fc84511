package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceState;
import io.muster.actors.device.DeviceTags;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** Journals for a device whatever it is told, as the device itself would, and nothing else. */
public final class Scribe extends EventSourcedBehavior<Scribe.Order, DeviceEvent, DeviceState> {
  public sealed interface Order {}

  public record Write(List<DeviceEvent> facts, ActorRef<Done> replyTo) implements Order {}

  public record Recall(ActorRef<DeviceState> replyTo) implements Order {}

  private final DeviceId id;

  private Scribe(DeviceId id) {
    super(
        PersistenceId.of("Device", id.value()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(100), Duration.ofSeconds(1), 0.1));
    this.id = id;
  }

  public static Behavior<Order> of(DeviceId id) {
    return Behaviors.setup(_ -> new Scribe(id));
  }

  @Override
  public DeviceState emptyState() {
    return DeviceState.NEW;
  }

  @Override
  public CommandHandler<Order, DeviceEvent, DeviceState> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            Write.class,
            write -> Effect().persist(write.facts()).thenReply(write.replyTo(), _ -> Done.done()))
        .onCommand(Recall.class, (state, recall) -> Effect().reply(recall.replyTo(), state))
        .build();
  }

  @Override
  public EventHandler<DeviceState, DeviceEvent> eventHandler() {
    return DeviceState::after;
  }

  @Override
  public Set<String> tagsFor(DeviceEvent event) {
    return event.changesTheView() ? Set.of(tag(id)) : Set.of();
  }

  public static String tag(DeviceId id) {
    return DeviceTags.ALL.get(Math.floorMod(id.value().hashCode(), DeviceTags.ALL.size()));
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 2);
  }
}
