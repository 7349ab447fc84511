package io.muster.actors.room;

import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomCommand.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One guest of a room: it listens first, then reads what it has missed, and tells both in order,
 * without a hole and nothing twice. A plain object confined to its guest's loop.
 */
public final class RoomSession implements RoomRelay.Listener {
  // A storm of those who come back must not hurt those who are here: 500 events a second for each.
  private static final int PAGE = 50;
  private static final Duration PACE = Duration.ofMillis(100);

  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final int LIVE_MAX = 2_000;

  /** The rooms, as far as a guest needs them. */
  interface Source {
    void join(RoomId room, RoomRelay.Listener listener);

    void leave(RoomId room, RoomRelay.Listener listener);

    /** Never fails. */
    CompletionStage<Past> past(RoomId room, EventId after, int limit);

    /** Whether so much of the past may be told now; otherwise ask again in a moment. */
    boolean mayTell(int events);
  }

  /** Where the guest is told. Called on its loop only. */
  public interface Line {
    /**
     * The guest is in. Called once, before everything else.
     *
     * @param head the last event before what happens now
     */
    void attached(EventId head);

    void event(Heard event, boolean isReplay);

    /** What is over when it is told, and has no id. */
    default void passed(Heard event) {}

    void replayBegins(EventId from, EventId to);

    /** What it has missed cannot be told in full; what is kept after {@code before} follows. */
    void reset(Reason reason, EventId before, EventId head);

    /**
     * @param last up to which it has been told
     * @param isWhole nothing was left out
     */
    void replayComplete(EventId from, EventId last, int told, boolean isWhole);

    /** As whom the guest is here, if it counts. Asked before the session opens, too. */
    default Optional<Member> member() {
      return Optional.empty();
    }

    /** There are as many in the room as there may be; nothing else is told. */
    default void refused() {}

    /** Bytes that the guest has not taken yet. */
    long owed();
  }

  // Beyond it no more of the past is told until the guest has taken some.
  private static final long OWED_MAX = 64 * 1024;

  private final Source rooms;
  private final RoomId room;
  private final ScheduledExecutorService loop;
  private final Line line;
  private final ArrayDeque<Heard> live = new ArrayDeque<>();

  private Optional<EventId> from;
  private EventId position = EventId.BEGINNING;
  private EventId target = EventId.BEGINNING;
  private boolean isReplaying = true;
  private boolean isWhole = true;
  private boolean hasBegun;
  private int told;
  private boolean hasJoined;
  private boolean hasAttached;
  private boolean hasEnded;

  /**
   * @param from the last event the guest knows; empty when it wants nothing of the past
   */
  public RoomSession(
      Rooms rooms, RoomId room, Optional<EventId> from, ScheduledExecutorService loop, Line line) {
    this((Source) rooms, room, from, loop, line);
  }

  RoomSession(
      Source rooms, RoomId room, Optional<EventId> from, ScheduledExecutorService loop, Line line) {
    this.rooms = rooms;
    this.room = room;
    this.from = from;
    this.loop = loop;
    this.line = line;
  }

  public void open() {
    hasJoined = true;
    rooms.join(room, this);
  }

  /** Tells again what came after an event: the guest has found a hole. */
  public void replay(EventId after) {
    if (!isReplaying && !hasEnded) {
      beginReplay(after, position);
    }
  }

  public void ended() {
    if (hasJoined && !hasEnded) {
      rooms.leave(room, this);
    }
    hasEnded = true;
  }

  // ── from the relay, on the loop ──

  @Override
  public ScheduledExecutorService loop() {
    return loop;
  }

  @Override
  public Optional<Member> member() {
    return line.member();
  }

  @Override
  public void refused() {
    if (!hasEnded) {
      line.refused();
    }
  }

  @Override
  public void attached(EventId head) {
    if (!hasEnded) {
      hasAttached = true;
      listen(head);
    }
  }

  @Override
  public void happened(List<Heard> events) {
    if (!hasEnded) {
      hear(events);
    }
  }

  @Override
  public void passed(Heard event) {
    if (!hasEnded && hasAttached) {
      line.passed(event);
    }
  }

  @Override
  public void lost(EventId head) {
    if (!hasEnded) {
      lose(head);
    }
  }

  // ── what becomes of it ──

  private void listen(EventId head) {
    position = head;
    line.attached(head);
    if (from.isPresent()) {
      beginReplay(from.get(), head);
    } else {
      isReplaying = false;
    }
  }

  private void beginReplay(EventId after, EventId head) {
    from = Optional.of(after);
    isReplaying = true;
    isWhole = true;
    hasBegun = false;
    told = 0;
    position = after;
    target = head;
    read();
  }

  private void hear(List<Heard> events) {
    if (isReplaying) {
      live.addAll(events);
      while (live.size() > LIVE_MAX) {
        live.removeFirst(); // it is read from the room like what came before
      }
    } else {
      events.forEach(this::tellLive);
    }
  }

  private void tellLive(Heard heard) {
    if (heard.event().id().seq() > position.seq()) {
      position = heard.event().id();
      line.event(heard, false);
    }
  }

  private void lose(EventId head) {
    if (!isReplaying) {
      line.reset(Reason.EXPIRED, head, head);
      position = head;
    }
  }

  private void read() {
    if (hasEnded) {
      return;
    }
    if (line.owed() > OWED_MAX || !rooms.mayTell(PAGE)) {
      later(PACE, this::read);
      return;
    }
    // All parts end at the same numbers, so that those who come back together share them.
    int limit = PAGE - (int) (position.seq() % PAGE);
    rooms
        .past(room, position, limit)
        .thenAccept(
            past ->
                loop.execute(
                    () -> {
                      if (!hasEnded) {
                        tell(past);
                      }
                    }));
  }

  private void tell(Past past) {
    switch (past) {
      case Past.Told m -> tell(m);
      case Past.Not(History.Reset m) -> {
        isWhole = false;
        hasBegun = true;
        line.reset(m.reason(), m.before(), m.head());
        position = m.before();
        target = m.head();
        goOn(Duration.ZERO);
      }
      case Past.Not _ -> later(AGAIN, this::read);
    }
  }

  private void tell(Past.Told m) {
    if (m.head().seq() > target.seq()) {
      target = m.head();
    }
    if (!hasBegun && !m.events().isEmpty()) {
      hasBegun = true;
      line.replayBegins(from.orElseThrow(), target);
    }
    for (Heard heard : m.events()) {
      position = heard.event().id();
      told++;
      line.event(heard, true);
    }
    if (m.events().isEmpty()) {
      position = m.head();
    }
    goOn(PACE);
  }

  private void goOn(Duration pause) {
    boolean isNext = live.isEmpty() || live.getFirst().event().id().seq() <= position.seq() + 1;
    if (position.seq() < target.seq() || !isNext) {
      later(pause, this::read);
      return;
    }
    isReplaying = false;
    line.replayComplete(from.orElseThrow(), position, told, isWhole);
    while (!live.isEmpty()) {
      tellLive(live.removeFirst());
    }
  }

  private void later(Duration pause, Runnable deed) {
    loop.schedule(deed, pause.toMillis(), TimeUnit.MILLISECONDS);
  }
}
