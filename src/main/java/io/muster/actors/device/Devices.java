package io.muster.actors.device;

import io.muster.actors.DeviceId;
import io.muster.actors.HostPort;
import io.muster.actors.Refusal;
import io.muster.actors.device.DeviceCommand.Acknowledge;
import io.muster.actors.device.DeviceCommand.SessionEnded;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.ShardRegion.ClusterShardingStats;
import org.apache.pekko.cluster.sharding.ShardRegion.ShardRegionStats;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingQuery;
import org.apache.pekko.cluster.sharding.typed.GetClusterShardingStats;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;

/** The door to all devices, wherever their actors live; nobody else touches sharding. */
public final class Devices {
  /** How long anybody waits for a device's answer. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Answer UNHEARD = new Answer.No(Refusal.JOURNAL_UNAVAILABLE);

  // A device that is where it was met answers at once.
  private static final Duration SOON = Duration.ofSeconds(2);

  private final ActorRef<ShardingEnvelope<DeviceCommand>> shards;
  private final ActorSystem<?> system;
  private final Clock clock;
  private final Goodbyes goodbyes = new Goodbyes();

  Devices(ActorRef<ShardingEnvelope<DeviceCommand>> shards, ActorSystem<?> system, Clock clock) {
    this.shards = shards;
    this.system = system;
    this.clock = clock;
  }

  /** Starts this node's share of the devices. Call once. */
  public static Devices open(
      ActorSystem<?> system, DispatcherSelector dispatcher, Device.Surroundings around) {
    var entity =
        Entity.of(
                Device.KEY,
                ctx -> Device.create(new DeviceId(ctx.getEntityId()), around, ctx.getShard()))
            .withEntityProps(dispatcher)
            .withStopMessage(new DeviceCommand.Sleep());
    return new Devices(ClusterSharding.get(system).init(entity), system, around.clock());
  }

  public void tell(DeviceId id, DeviceCommand command) {
    shards.tell(new ShardingEnvelope<>(id.value(), command));
  }

  /** A device that does not answer in time cannot write: its journal is away. */
  public CompletionStage<Answer> ask(
      DeviceId id, Function<ActorRef<Answer>, DeviceCommand> request) {
    return ask(id, request, PATIENCE, new Answer.No(Refusal.JOURNAL_UNAVAILABLE));
  }

  public CompletionStage<Answer> ask(
      DeviceId id,
      Function<ActorRef<Answer>, DeviceCommand> request,
      Duration patience,
      Answer otherwise) {
    return AskPattern.<ShardingEnvelope<DeviceCommand>, Answer>ask(
            shards,
            replyTo -> new ShardingEnvelope<>(id.value(), request.apply(replyTo)),
            patience,
            system.scheduler())
        .exceptionally(_ -> otherwise);
  }

  /** Into how many shards devices are dealt, for ever. */
  public static int shards(ActorSystem<?> system) {
    return system.settings().config().getInt("pekko.cluster.sharding.number-of-shards");
  }

  /**
   * What of the devices a node holds.
   *
   * @param awake devices whose actors are in memory
   */
  public record Held(int shards, int awake) {}

  /** By the nodes' addresses, as {@code host:port}; one that does not answer in time is missing. */
  public CompletionStage<Map<String, Held>> held(Duration patience) {
    return AskPattern.<ClusterShardingQuery, ClusterShardingStats>ask(
            ClusterSharding.get(system).shardState(),
            replyTo -> new GetClusterShardingStats(Device.KEY, patience, replyTo),
            patience.plusSeconds(1),
            system.scheduler())
        .handle((stats, failure) -> failure == null ? held(stats) : Map.of());
  }

  private static Map<String, Held> held(ClusterShardingStats stats) {
    return stats.getRegions().entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                region -> HostPort.of(region.getKey()), region -> held(region.getValue())));
  }

  private static Held held(ShardRegionStats region) {
    var awake = region.getStats().values();
    return new Held(awake.size(), awake.stream().mapToInt(count -> (Integer) count).sum());
  }

  /**
   * A connection has ended. Said until the device has answered: while it moves, or its node is gone
   * and nobody knows yet, what is said is lost, and a device that is woken elsewhere would be taken
   * for connected as long as the node of its socket lives.
   *
   * @param device where it was met last
   * @param said called when it has been said for the first time, on any thread
   */
  void ended(Ended connection, Optional<ActorRef<DeviceCommand>> device, Runnable said) {
    Function<ActorRef<Answer>, DeviceCommand> request =
        replyTo -> new SessionEnded(connection.epoch(), connection.why(), Optional.of(replyTo));
    goodbyes.say(
        () -> {
          var answer =
              device
                  .map(known -> ask(known, request, PATIENCE))
                  .orElseGet(() -> ask(connection.id(), request, PATIENCE, UNHEARD));
          said.run();
          answer.thenAccept(heard -> again(heard, connection.id(), request, Pause.OF_A_GOODBYE));
          return answer;
        });
  }

  record Ended(DeviceId id, long epoch, AwayReason why) {}

  /**
   * A client has answered to a command. Said until the device has answered, as {@link #ended}: a
   * device that moves would wait for it in vain, and all its other commands behind it.
   *
   * @param device where it was met last
   */
  void acknowledged(
      DeviceId id, Optional<ActorRef<DeviceCommand>> device, Acknowledge acknowledge) {
    Function<ActorRef<Answer>, DeviceCommand> request =
        replyTo ->
            new Acknowledge(
                acknowledge.id(),
                acknowledge.reaction(),
                acknowledge.epoch(),
                Optional.of(replyTo));
    device
        .map(known -> ask(known, request, SOON))
        .orElseGet(() -> ask(id, request, SOON, UNHEARD))
        .thenAccept(heard -> again(heard, id, request, Pause.OF_AN_ACK));
  }

  private CompletionStage<Answer> ask(
      ActorRef<DeviceCommand> known,
      Function<ActorRef<Answer>, DeviceCommand> request,
      Duration patience) {
    return AskPattern.<DeviceCommand, Answer>ask(
            known, request::apply, patience, system.scheduler())
        .exceptionally(_ -> UNHEARD);
  }

  /**
   * Before something is said again; doubled each time.
   *
   * @param max it is not said again after a longer one
   */
  private record Pause(Duration next, Duration max) {
    // For two hours: no outage of the journal that is survived lasts longer.
    static final Pause OF_A_GOODBYE = new Pause(Duration.ofSeconds(1), Duration.ofHours(2));

    // Until the command is sent once more anyway.
    static final Pause OF_AN_ACK = new Pause(Duration.ofSeconds(1), Duration.ofSeconds(10));

    Pause doubled() {
      return new Pause(next.multipliedBy(2), max);
    }

    boolean isOver() {
      return next.compareTo(max) >= 0;
    }
  }

  private void again(
      Answer heard, DeviceId id, Function<ActorRef<Answer>, DeviceCommand> request, Pause pause) {
    if (heard.equals(UNHEARD) && !pause.isOver()) {
      system
          .scheduler()
          .scheduleOnce(
              pause.next(),
              () ->
                  ask(id, request, PATIENCE, UNHEARD)
                      .thenAccept(then -> again(then, id, request, pause.doubled())),
              system.executionContext());
    }
  }

  /** Until when an answer to a request made now is of use. */
  public Instant giveUpAt() {
    return giveUpAt(PATIENCE);
  }

  Instant giveUpAt(Duration patience) {
    return clock.instant().plus(patience);
  }
}
