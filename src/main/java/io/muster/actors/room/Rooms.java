package io.muster.actors.room;

import io.muster.actors.room.RoomCommand.*;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;

/** The rooms, wherever they live, and what this node hears of those in which it has guests. */
public final class Rooms implements RoomSession.Source {
  /** Less than what an HTTP client waits. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ActorRef<ShardingEnvelope<RoomCommand>> shards;
  private final ActorRef<Order> relays;
  private final ActorSystem<?> system;
  private final Clock clock;
  private final RoomTypes types;
  private final Set<RoomId> active = ConcurrentHashMap.newKeySet();
  private final int roomsMax;
  private final Pages pages = new Pages(System::nanoTime);
  private final ReplayBudget budget;

  private Rooms(
      ActorRef<ShardingEnvelope<RoomCommand>> shards,
      ActorSystem<?> system,
      DispatcherSelector dispatcher,
      Room.Surroundings around) {
    this.shards = shards;
    this.system = system;
    this.clock = around.clock();
    this.types = around.types();
    this.roomsMax = around.settings().roomsMax();
    this.budget = new ReplayBudget(around.settings().replayPerSecond(), System::nanoTime);
    this.relays = system.systemActorOf(Behaviors.setup(_ -> relays()), "room-relays", dispatcher);
  }

  /** Starts this node's share of the rooms. Call once. */
  public static Rooms open(
      ActorSystem<?> system, DispatcherSelector dispatcher, Room.Surroundings around) {
    var entity =
        Entity.of(
                Room.KEY,
                ctx -> Room.create(RoomId.parse(ctx.getEntityId()), around, ctx.getShard()))
            .withEntityProps(dispatcher)
            .withStopMessage(new Sleep());
    return new Rooms(ClusterSharding.get(system).init(entity), system, dispatcher, around);
  }

  private void tell(RoomId room, RoomCommand command) {
    shards.tell(new ShardingEnvelope<>(room.toString(), command));
  }

  private <T> CompletionStage<T> ask(
      RoomId room, Function<ActorRef<T>, RoomCommand> question, T unavailable) {
    return AskPattern.<ShardingEnvelope<RoomCommand>, T>ask(
            shards,
            replyTo -> new ShardingEnvelope<>(room.toString(), question.apply(replyTo)),
            PATIENCE,
            system.scheduler())
        .exceptionally(_ -> unavailable);
  }

  private CompletionStage<Answer> wish(RoomId room, Function<ActorRef<Answer>, RoomCommand> wish) {
    return ask(room, wish, new Answer.No(Refusal.UNAVAILABLE));
  }

  private Instant inTime() {
    return clock.instant().plus(PATIENCE);
  }

  /** Never fails: who does not answer in time is {@link Refusal#UNAVAILABLE}. */
  public CompletionStage<Answer> publish(RoomId room, Publication wanted) {
    return wish(room, replyTo -> new Publish(wanted, inTime(), replyTo));
  }

  /** As {@link #publish}. */
  public CompletionStage<Answer> mutate(RoomId room, Mutation wanted) {
    return wish(room, replyTo -> new Mutate(wanted, inTime(), replyTo));
  }

  /** Never fails: who does not answer in time is {@link Attendees.Unavailable}. */
  public CompletionStage<Attendees> who(RoomId room) {
    return ask(room, Who::new, new Attendees.Unavailable());
  }

  /** As {@link #publish}. */
  public CompletionStage<Answer> lock(RoomId room, String entity, String id, Member by) {
    return wish(room, replyTo -> new Lock(entity, id, by, true, inTime(), replyTo));
  }

  /** As {@link #publish}. */
  public CompletionStage<Answer> unlock(RoomId room, String entity, String id, Member by) {
    return wish(room, replyTo -> new Lock(entity, id, by, false, inTime(), replyTo));
  }

  /** As {@link #publish}; {@link Refusal#UNCHANGED} where there is nothing new to keep. */
  public CompletionStage<Answer> keep(RoomId room) {
    return wish(room, replyTo -> new Keep(inTime(), replyTo));
  }

  /** Tells whoever is there now, if the room can be reached. */
  public void pass(RoomId room, RoomEvent event) {
    tell(room, new Pass(event));
  }

  /** Never fails: who does not answer in time is {@link Sight.Unavailable}. */
  public CompletionStage<Sight> look(RoomId room, Optional<String> entity) {
    return ask(room, replyTo -> new Look(entity, replyTo), new Sight.Unavailable());
  }

  @Override
  public CompletionStage<Past> past(RoomId room, EventId after, int limit) {
    return pages.read(room, after, limit, () -> read(room, after, limit).thenApply(Past::of));
  }

  @Override
  public boolean mayTell(int events) {
    return budget.takes(events);
  }

  /** Never fails: who does not answer in time is {@link History.Unavailable}. */
  public CompletionStage<History> read(RoomId room, EventId after, int limit) {
    return ask(room, replyTo -> new Read(after, limit, replyTo), new History.Unavailable());
  }

  public Optional<RoomType> type(RoomId room) {
    return types.find(room);
  }

  @Override
  public void join(RoomId room, RoomRelay.Listener listener) {
    relays.tell(new Order.Join(room, listener));
  }

  @Override
  public void leave(RoomId room, RoomRelay.Listener listener) {
    relays.tell(new Order.Leave(room, listener));
  }

  // ── the relays of this node ──

  private sealed interface Order {
    record Join(RoomId room, RoomRelay.Listener listener) implements Order {}

    record Leave(RoomId room, RoomRelay.Listener listener) implements Order {}
  }

  /** Counted here, so that no relay is stopped with a guest on the way to it. */
  private static final class Hosted {
    private final ActorRef<RoomRelay.Message> relay;
    private int guests;

    Hosted(ActorRef<RoomRelay.Message> relay) {
      this.relay = relay;
    }
  }

  /** In which somebody is on this node. */
  public int active() {
    return active.size();
  }

  /** Whether somebody may come into a room: as long as there are not too many of them here. */
  public boolean hasRoomFor(RoomId room) {
    return active.size() < roomsMax || active.contains(room);
  }

  private Behavior<Order> relays() {
    Map<RoomId, Hosted> hosted = new HashMap<>();
    return Behaviors.receive(
        (ctx, order) -> {
          switch (order) {
            case Order.Join o -> {
              var host = hosted.computeIfAbsent(o.room(), room -> new Hosted(spawn(ctx, room)));
              host.guests++;
              active.add(o.room());
              host.relay.tell(new RoomRelay.Join(o.listener()));
            }
            case Order.Leave o -> {
              var host = hosted.get(o.room());
              host.relay.tell(new RoomRelay.Leave(o.listener()));
              if (--host.guests == 0) {
                hosted.remove(o.room());
                active.remove(o.room());
                ctx.stop(host.relay);
              }
            }
          }
          return Behaviors.same();
        });
  }

  private ActorRef<RoomRelay.Message> spawn(ActorContext<Order> ctx, RoomId room) {
    return ctx.spawnAnonymous(
        RoomRelay.of(command -> tell(room, command)), DispatcherSelector.sameAsParent());
  }
}
