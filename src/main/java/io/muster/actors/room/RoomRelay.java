package io.muster.actors.room;

import io.muster.actors.room.RoomCommand.Attach;
import io.muster.actors.room.RoomCommand.Came;
import io.muster.actors.room.RoomCommand.Detach;
import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomCommand.Read;
import io.muster.actors.room.RoomCommand.ToRelay;
import io.muster.actors.room.RoomCommand.ToRelay.Attached;
import io.muster.actors.room.RoomCommand.ToRelay.Full;
import io.muster.actors.room.RoomCommand.ToRelay.Happened;
import io.muster.actors.room.RoomCommand.ToRelay.Passed;
import io.muster.actors.room.RoomCommand.Went;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One room, as one node hears of it: one message for all guests here. It sees by the numbers when
 * it has missed something, and reads it from the room before it tells anything that came after.
 */
final class RoomRelay extends AbstractBehavior<RoomRelay.Message> {
  // The room forgets a relay that is silent for 30 s; and what the network has lost is seen by
  // then.
  private static final Duration BEAT = Duration.ofSeconds(5);
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final int PAGE = 500;

  /** Whoever is told, on its own loop only; must not block. */
  interface Listener {
    Executor loop();

    /** As whom it is here, if it counts. */
    default Optional<Member> member() {
      return Optional.empty();
    }

    /** There are as many in the room as there may be. */
    default void refused() {}

    /** What happens now follows this event. Called once, before everything else. */
    void attached(EventId head);

    void happened(List<Heard> events);

    /** What is over when it is told; in no order with what has happened. */
    default void passed(Heard event) {}

    /** Some of what has happened cannot be told any more. */
    void lost(EventId head);
  }

  sealed interface Message {}

  record Join(Listener listener) implements Message {}

  record Leave(Listener listener) implements Message {}

  private record FromRoom(ToRelay message) implements Message {}

  private record Filled(History history) implements Message {}

  private record Beat() implements Message {}

  private record RoomIsAway() implements Message {}

  private final Consumer<RoomCommand> room;
  private final TimerScheduler<Message> timers;
  private final ActorRef<ToRelay> address;
  private final ActorRef<History> filled;
  private final Map<Executor, Neighbours> byLoop = new HashMap<>();
  private final Map<Member, Listener> members = new HashMap<>();
  private Optional<EventId> last = Optional.empty();
  private Optional<ActorRef<RoomCommand>> watched = Optional.empty();
  private boolean isFilling;

  /**
   * @param room takes what is said to the room, wherever it lives
   */
  static Behavior<Message> of(Consumer<RoomCommand> room) {
    return Behaviors.setup(ctx -> Behaviors.withTimers(timers -> new RoomRelay(room, ctx, timers)));
  }

  private RoomRelay(
      Consumer<RoomCommand> room, ActorContext<Message> ctx, TimerScheduler<Message> timers) {
    super(ctx);
    this.room = room;
    this.timers = timers;
    this.address = ctx.messageAdapter(ToRelay.class, FromRoom::new);
    this.filled = ctx.messageAdapter(History.class, Filled::new);
    timers.startTimerWithFixedDelay(new Beat(), BEAT);
    attach();
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Message.class, this::receive)
        .onSignal(PostStop.class, _ -> stopped())
        .build();
  }

  private Behavior<Message> receive(Message message) {
    switch (message) {
      case Join m -> join(m.listener());
      case Leave m -> leave(m.listener());
      case FromRoom(Attached m) -> attached(m);
      case FromRoom(Happened m) -> happened(m);
      case FromRoom(Passed m) -> passed(m);
      case FromRoom(Full m) -> full(m.connection());
      case Filled m -> filled(m.history());
      case Beat _ -> attach();
      case RoomIsAway _ -> {
        watched = Optional.empty();
        // Not at once: a region that stops waits for those who are told to wait for it.
        timers.startSingleTimer(AWAY, new Beat(), AGAIN);
      }
    }
    return this;
  }

  private void attach() {
    room.accept(new Attach(address));
  }

  private void join(Listener listener) {
    byLoop.computeIfAbsent(listener.loop(), Neighbours::new).add(listener);
    listener
        .member()
        .ifPresent(
            member -> {
              members.put(member, listener);
              room.accept(new Came(member, address));
            });
    last.ifPresent(head -> listener.loop().execute(() -> listener.attached(head)));
  }

  private void leave(Listener listener) {
    var neighbours = byLoop.get(listener.loop());
    if (neighbours != null && neighbours.remove(listener)) {
      byLoop.remove(listener.loop());
    }
    listener
        .member()
        .filter(member -> members.remove(member) != null)
        .ifPresent(member -> room.accept(new Went(member.connection())));
  }

  private void full(String connection) {
    members.forEach(
        (member, listener) -> {
          if (member.connection().equals(connection)) {
            listener.loop().execute(listener::refused);
          }
        });
  }

  /** One task for each loop, however many there are. */
  private void tellAll(Consumer<Listener> word) {
    byLoop.values().forEach(neighbours -> neighbours.tell(word));
  }

  /** Those of one loop. The relay changes it; what a task walks through stays as it was. */
  private static final class Neighbours {
    private final Executor loop;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private Listener[] all = {};
    private boolean hasChanged;

    Neighbours(Executor loop) {
      this.loop = loop;
    }

    void add(Listener listener) {
      hasChanged |= listeners.add(listener);
    }

    /** Whether nobody is left. */
    boolean remove(Listener listener) {
      hasChanged |= listeners.remove(listener);
      return listeners.isEmpty();
    }

    void tell(Consumer<Listener> word) {
      if (hasChanged) {
        all = listeners.toArray(Listener[]::new);
        hasChanged = false;
      }
      var these = all;
      loop.execute(
          () -> {
            for (Listener listener : these) {
              word.accept(listener);
            }
          });
    }
  }

  private Behavior<Message> stopped() {
    room.accept(new Detach(address));
    return this;
  }

  private void attached(Attached m) {
    if (!watched.equals(Optional.of(m.room()))) {
      watched.ifPresent(getContext()::unwatch);
      getContext().watchWith(m.room(), new RoomIsAway());
      watched = Optional.of(m.room());
      members.keySet().forEach(member -> room.accept(new Came(member, address)));
    }
    if (last.isEmpty()) {
      last = Optional.of(m.head());
      tellAll(listener -> listener.attached(m.head()));
    } else if (!last.get().equals(m.head())) {
      fill();
    }
  }

  private void happened(Happened m) {
    if (last.isEmpty()) {
      return; // the answer to Attach says from where on we listen
    }
    if (follows(m.before())) {
      tell(m.events());
    } else if (m.events().getLast().id().seq() > last.get().seq()) {
      fill();
    }
  }

  private void passed(Passed m) {
    var heard = new Heard(m.event());
    tellAll(listener -> listener.passed(heard));
  }

  private boolean follows(EventId before) {
    return !isFilling
        && last.map(known -> known.seq() == before.seq()).orElse(false)
        && (last.get().equals(before) || before.seq() == 0);
  }

  private void tell(List<RoomEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    last = Optional.of(events.getLast().id());
    var heard = events.stream().map(Heard::new).toList();
    tellAll(listener -> listener.happened(heard));
  }

  private void fill() {
    if (!isFilling) {
      isFilling = true;
      room.accept(new Read(last.orElseThrow(), PAGE, filled));
      timers.startSingleTimer(FILLING, new Filled(new History.Unavailable()), BEAT);
    }
  }

  private static final String FILLING = "filling";
  private static final String AWAY = "away";

  private void filled(History history) {
    if (!isFilling) {
      return; // an answer to a question that was given up
    }
    isFilling = false;
    timers.cancel(FILLING);
    switch (history) {
      case History.Events m -> {
        tell(
            m.events().stream()
                .filter(event -> event.id().seq() > last.orElseThrow().seq())
                .toList());
        if (!last.orElseThrow().equals(m.head()) && !m.events().isEmpty()) {
          fill();
        }
      }
      case History.Reset m -> {
        last = Optional.of(m.head());
        tellAll(listener -> listener.lost(m.head()));
      }
      case History.Unavailable _ -> timers.startSingleTimer(FILLING, new Beat(), AGAIN);
    }
  }
}
