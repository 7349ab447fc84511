package io.muster.actors.room;

import io.muster.actors.room.RoomCommand.*;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * One room. It numbers what is published, journals it, and only then tells the nodes that have
 * guests here. What comes while a write is under way is written together afterwards, so a busy room
 * waits for the disk as often as a quiet one.
 */
public final class Room extends EventSourcedBehavior<RoomCommand, Published, RoomState> {
  public static final EntityTypeKey<RoomCommand> KEY =
      EntityTypeKey.create(RoomCommand.class, "Room");

  /** A relay that has not been heard of for so long is gone. */
  private static final Duration RELAY_LIFE = Duration.ofSeconds(30);

  private static final int NAMED_MAX = 50;
  private static final Duration COUNT_EVERY = Duration.ofSeconds(1);

  private static final int PAGE_MAX = 1_000;
  private static final int PAGE_CHARS_MAX = 256 * 1024;

  /** What holds more than its events is kept whole now and then. */
  static final Publication KEPT =
      new Publication(
          "realtime:snapshot:saved",
          "{}",
          Priority.LOW,
          Audience.EVERYBODY,
          Optional.empty(),
          OptionalLong.empty(),
          "muster",
          Optional.empty());

  public record Surroundings(
      RoomSettings settings,
      RoomTypes types,
      RoomJournal journal,
      Clock clock,
      RandomGenerator chance) {}

  public static Behavior<RoomCommand> create(
      RoomId id, Surroundings around, ActorRef<ClusterSharding.ShardCommand> shard) {
    return Behaviors.setup(
        ctx -> Behaviors.withTimers(timers -> new Room(id, around, shard, ctx, timers)));
  }

  // ── what a command means ──

  private Effect<Published, RoomState> decide(RoomState state, RoomCommand command) {
    return switch (command) {
      case Wish c -> wish(c);
      case Write _ -> write(state);
      case Attach c -> attach(state, c);
      case Detach c -> detach(c);
      case Came c -> came(c);
      case Went c -> went(c);
      case Reckon _ -> reckon();
      case Who c -> who(c);
      case Lock c -> lock(c);
      case Read c -> read(state, c);
      case Look c -> look(state, c);
      case Pass c -> pass(c);
      case Keep c -> keep(c);
      case KeepInTime _ -> keep();
      case Idle _ -> idle();
      case Sleep _ -> Effect().stop();
    };
  }

  private Effect<Published, RoomState> wish(Wish c) {
    if (c.giveUpAt().isBefore(now())) {
      return Effect().none(); // nobody waits, and it may come again
    }
    if (waiting.size() >= around.settings().waitingMax()) {
      c.replyTo().tell(new Answer.No(Refusal.BUSY));
      return Effect().none();
    }
    waiting.add(c);
    if (waiting.size() == 1) {
      ctx.getSelf().tell(new Write()); // behind what has come meanwhile
    }
    return Effect().none();
  }

  private Effect<Published, RoomState> write(RoomState state) {
    var batch = new Batch(id, state, type, now(), this::generation);
    waiting.subList(0, batch.take(waiting)).clear();
    if (!waiting.isEmpty()) {
      ctx.getSelf().tell(new Write());
    }
    var facts = batch.facts();
    return facts.isEmpty()
        ? Effect().none().thenRun(batch::answer)
        : Effect().persist(facts).thenRun((RoomState _) -> written(state.head(), batch));
  }

  /** Whoever is here hears of it, and nobody later. */
  private Effect<Published, RoomState> pass(Pass c) {
    var passed = new ToRelay.Passed(c.event());
    relays.keySet().forEach(relay -> relay.tell(passed));
    return Effect().none();
  }

  private void written(EventId before, Batch batch) {
    var events = batch.facts().stream().map(Published::event).toList();
    events.forEach(recent::add);
    var news = new ToRelay.Happened(events.getFirst().id().at(before.seq()), events);
    relays.keySet().forEach(relay -> relay.tell(news));
    noteChange(events);
    batch.answer();
    armIdle();
  }

  /** Another one, should the room ever be wiped: the time, and what keeps two nodes apart. */
  private String generation() {
    return Long.toString(now().toEpochMilli(), Character.MAX_RADIX)
        + Integer.toString(around.chance().nextInt(36 * 36, 36 * 36 * 36), Character.MAX_RADIX);
  }

  // ── what is kept whole ──

  /** A fact of its own, at which a snapshot is taken: whoever is here learns of it, too. */
  private Effect<Published, RoomState> keep(Keep c) {
    if (!isUnkept) {
      c.replyTo().tell(new Answer.No(Refusal.UNCHANGED));
      return Effect().none();
    }
    return wish(new Publish(KEPT, c.giveUpAt(), c.replyTo()));
  }

  private Effect<Published, RoomState> keep() {
    return keep(new Keep(now().plus(Rooms.PATIENCE), ctx.getSystem().<Answer>ignoreRef()));
  }

  private void noteChange(List<RoomEvent> events) {
    boolean wasKept = events.getLast().type().equals(KEPT.type());
    if (wasKept) {
      timers.cancel(KEEPING);
    } else if (!isUnkept && type.isMoreThanItsEvents()) {
      timers.startSingleTimer(KEEPING, new KeepInTime(), around.settings().snapshotEvery());
    }
    isUnkept = !wasKept && type.isMoreThanItsEvents();
  }

  @Override
  public boolean shouldSnapshot(RoomState state, Published event, long sequenceNumber) {
    return event.event().type().equals(KEPT.type());
  }

  // ── who is told ──

  private Effect<Published, RoomState> attach(RoomState state, Attach c) {
    if (relays.put(c.relay(), now()) == null) {
      ctx.watchWith(c.relay(), new Detach(c.relay()));
    }
    c.relay().tell(new ToRelay.Attached(ctx.getSelf(), state.head()));
    armIdle();
    return Effect().none();
  }

  private void forget(ActorRef<ToRelay> relay) {
    presence.gone(relay).forEach(connection -> presence.went(connection, now()));
    armReckoning();
  }

  private Effect<Published, RoomState> detach(Detach c) {
    if (relays.remove(c.relay()) != null) {
      ctx.unwatch(c.relay());
    }
    forget(c.relay());
    armIdle();
    return Effect().none();
  }

  // ── who is here ──

  private Effect<Published, RoomState> came(Came c) {
    if (!presence.has(c.member().connection())
        && presence.connections() >= type.limits().members()) {
      c.relay().tell(new ToRelay.Full(c.member().connection()));
      return Effect().none();
    }
    presence.came(c.member(), c.relay()).ifPresent(this::announce);
    return Effect().none();
  }

  private Effect<Published, RoomState> went(Went c) {
    presence.went(c.connection(), now());
    armReckoning();
    return Effect().none();
  }

  private void armReckoning() {
    if (presence.isAnybodyLeaving() && !timers.isTimerActive(RECKONING)) {
      timers.startSingleTimer(RECKONING, new Reckon(), Presence.GRACE);
    }
  }

  private Effect<Published, RoomState> reckon() {
    for (Presence.Change change : presence.left(now())) {
      announce(change);
      locks.releaseAll(change.member().participant()).forEach(lock -> say(lock, "lock_released"));
    }
    armReckoning();
    return Effect().none();
  }

  /** Above some number nobody reads each name: then only how many there are, once in a while. */
  private void announce(Presence.Change change) {
    if (!type.announcesPresence()) {
      return;
    }
    int count = presence.participants();
    if (count <= NAMED_MAX) {
      tell(change.news().event, Presences.told(change.member(), count, now()));
    } else if (now().isAfter(counted.plus(COUNT_EVERY))) {
      counted = now();
      tell("participant:count", Presences.count(count));
    }
  }

  private void tell(String event, String payload) {
    var passed =
        new RoomEvent(
            EventId.BEGINNING,
            now(),
            event,
            payload,
            Priority.LOW,
            type.audience(event, payload, Audience.EVERYBODY),
            Optional.empty(),
            OptionalLong.empty(),
            "muster");
    relays.keySet().forEach(relay -> relay.tell(new ToRelay.Passed(passed)));
  }

  private Effect<Published, RoomState> who(Who c) {
    var members = presence.members();
    c.replyTo()
        .tell(
            new Attendees.Present(
                members.subList(0, Math.min(members.size(), NAMED_MAX)), presence.participants()));
    return Effect().none();
  }

  private Effect<Published, RoomState> lock(Lock c) {
    var what = new Locks.Locked(c.entity(), c.id());
    if (c.giveUpAt().isBefore(now())) {
      return Effect().none();
    }
    if (c.isTaken() && locks.holder(what, c.by().participant()).isPresent()) {
      c.replyTo().tell(new Answer.No(Refusal.LOCKED));
      return Effect().none();
    }
    if (c.isTaken() && locks.isFull()) {
      c.replyTo().tell(new Answer.No(Refusal.FULL));
      return Effect().none();
    }
    boolean isNews =
        c.isTaken() ? locks.take(what, c.by()) : locks.release(what, c.by().participant());
    if (!isNews) {
      c.replyTo().tell(new Answer.No(c.isTaken() ? Refusal.UNCHANGED : Refusal.ABSENT));
      return Effect().none();
    }
    var lock = new Locks.Lock(what, c.by());
    return wish(
        new Publish(
            publication(lock, c.isTaken() ? "lock_acquired" : "lock_released"),
            c.giveUpAt(),
            c.replyTo()));
  }

  private void say(Locks.Lock lock, String action) {
    ctx.getSelf()
        .tell(
            new Publish(
                publication(lock, action),
                now().plus(Rooms.PATIENCE),
                ctx.getSystem().<Answer>ignoreRef()));
  }

  private Publication publication(Locks.Lock lock, String action) {
    return new Publication(
        "%s.%s.%s".formatted(id.key(), lock.what().entity(), action),
        Presences.lock(lock),
        Priority.HIGH,
        Audience.EVERYBODY,
        Optional.empty(),
        OptionalLong.empty(),
        lock.by().participant(),
        Optional.empty());
  }

  // ── what has happened ──

  private Effect<Published, RoomState> look(RoomState state, Look c) {
    armIdle();
    var held = c.entity().map(state.holdings()::of).orElse(List.of());
    c.replyTo()
        .tell(new Sight.Seen(state.head(), held, state.document().updates(), state.folded()));
    return Effect().none();
  }

  private Effect<Published, RoomState> read(RoomState state, Read c) {
    armIdle();
    var head = state.head();
    var after = c.after().equals(EventId.BEGINNING) ? head.at(0) : c.after();
    if (!after.generation().equals(head.generation())) {
      return reset(c, Reason.UNKNOWN, head);
    }
    if (after.seq() > head.seq()) {
      return reset(c, Reason.AHEAD, head);
    }
    if (after.seq() == head.seq()) {
      c.replyTo().tell(new History.Events(List.of(), head));
      return Effect().none();
    }
    if (after.seq() < head.seq() - retention.events()) {
      return reset(c, Reason.EXPIRED, head);
    }
    if (after.seq() < head.seq() - around.settings().replayMax()) {
      return reset(c, Reason.TOO_MANY, head);
    }
    int limit = Math.clamp(c.limit(), 1, PAGE_MAX);
    recent
        .after(after.seq(), limit)
        .filter(events -> !events.getFirst().at().isBefore(since()))
        .ifPresentOrElse(
            events -> c.replyTo().tell(new History.Events(page(events), head)),
            () -> ask(after, limit, head, c.replyTo()));
    return Effect().none();
  }

  private Instant since() {
    return now().minus(retention.age());
  }

  private void ask(EventId after, int limit, EventId head, ActorRef<History> replyTo) {
    around
        .journal()
        .read(id, after.seq(), limit, since())
        .whenComplete(
            (events, failure) ->
                replyTo.tell(
                    failure == null ? kept(after, events, head) : new History.Unavailable()));
  }

  private static History kept(EventId after, List<RoomEvent> events, EventId head) {
    long first = events.isEmpty() ? head.seq() + 1 : events.getFirst().id().seq();
    return first == after.seq() + 1
        ? new History.Events(page(events), head)
        : new History.Reset(Reason.EXPIRED, head.at(first - 1), head);
  }

  /** What fits into one message to another node; at least one event. */
  private static List<RoomEvent> page(List<RoomEvent> events) {
    long chars = 0;
    for (int i = 0; i < events.size(); i++) {
      chars += events.get(i).payload().length();
      if (chars > PAGE_CHARS_MAX && i > 0) {
        return events.subList(0, i);
      }
    }
    return events;
  }

  /** Begins anew with what is kept, as far as that is told at once. */
  private Effect<Published, RoomState> reset(Read c, Reason reason, EventId head) {
    around
        .journal()
        .read(id, Math.max(0, head.seq() - toldMax()), 1, since())
        .whenComplete(
            (first, failure) ->
                c.replyTo()
                    .tell(
                        failure != null
                            ? new History.Unavailable()
                            : new History.Reset(reason, beforeFirst(first, head), head)));
    return Effect().none();
  }

  private int toldMax() {
    return Math.min(around.settings().replayMax(), retention.events());
  }

  private static EventId beforeFirst(List<RoomEvent> kept, EventId head) {
    return kept.isEmpty() ? head : head.at(kept.getFirst().id().seq() - 1);
  }

  // ── sleep ──

  private void armIdle() {
    var life = relays.isEmpty() ? around.settings().grace() : RELAY_LIFE;
    timers.startSingleTimer(IDLE, new Idle(), life);
  }

  private Effect<Published, RoomState> idle() {
    if (relays.isEmpty() && isUnkept) {
      armIdle();
      return keep(); // and sleeps next time
    }
    if (relays.isEmpty()) {
      shard.tell(new ClusterSharding.Passivate<>(ctx.getSelf()));
      return Effect().none();
    }
    var silentSince = now().minus(RELAY_LIFE);
    for (var relay : Map.copyOf(relays).entrySet()) {
      if (relay.getValue().isBefore(silentSince)) {
        relays.remove(relay.getKey());
        ctx.unwatch(relay.getKey());
        forget(relay.getKey());
      }
    }
    armIdle();
    return Effect().none();
  }

  private Instant now() {
    return around.clock().instant();
  }

  // ── what is known of the moment, never persisted ──

  private static final String IDLE = "idle";
  private static final String KEEPING = "keeping";
  private static final String RECKONING = "reckoning";

  private final List<Wish> waiting = new ArrayList<>();
  private final Map<ActorRef<ToRelay>, Instant> relays = new HashMap<>();
  private final Recent recent = new Recent();
  private final Presence presence = new Presence();
  private final Locks locks = new Locks();
  private Instant counted = Instant.EPOCH;
  private boolean isUnkept;

  private final RoomId id;
  private final Surroundings around;
  private final RoomType type;
  private final RoomType.Retention retention;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final ActorContext<RoomCommand> ctx;
  private final TimerScheduler<RoomCommand> timers;

  private Room(
      RoomId id,
      Surroundings around,
      ActorRef<ClusterSharding.ShardCommand> shard,
      ActorContext<RoomCommand> ctx,
      TimerScheduler<RoomCommand> timers) {
    super(
        PersistenceId.of(KEY.name(), id.toString()),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.3)
            .withLoggingEnabled(false)); // told once for the node, by the probe
    this.id = id;
    this.around = around;
    this.type = around.types().of(id);
    this.retention = type.retention(around.settings().retention());
    this.shard = shard;
    this.ctx = ctx;
    this.timers = timers;
  }

  // ── what Pekko asks ──

  @Override
  public RoomState emptyState() {
    return RoomState.NEW;
  }

  @Override
  public CommandHandler<RoomCommand, Published, RoomState> commandHandler() {
    return this::decide;
  }

  @Override
  public EventHandler<RoomState, Published> eventHandler() {
    return (state, published) -> state.after(published, type);
  }

  @Override
  public SignalHandler<RoomState> signalHandler() {
    return newSignalHandlerBuilder().onSignal(RecoveryCompleted.instance(), _ -> armIdle()).build();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(100, 3);
  }
}
