package io.muster.actors.device;

import io.muster.actors.DeviceId;
import java.time.Clock;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;

/** Devices that do what a test says, for those who ask them. */
public final class StubDevices {
  private StubDevices() {}

  /**
   * @param does called by one thread at a time
   */
  public static Devices doing(
      ActorSystem<?> system, Clock clock, BiConsumer<DeviceId, DeviceCommand> does) {
    ActorRef<ShardingEnvelope<DeviceCommand>> shards =
        system.systemActorOf(
            Behaviors.<ShardingEnvelope<DeviceCommand>>receiveMessage(
                envelope -> {
                  does.accept(new DeviceId(envelope.entityId()), envelope.message());
                  return Behaviors.same();
                }),
            "stub-devices-" + System.nanoTime(),
            Props.empty());
    return new Devices(shards, system, clock);
  }
}
