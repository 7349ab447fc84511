package io.muster.actors.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomCommand.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RoomSessionTest {
  private static final String GENERATION = "k3x";

  /** A room that has happened so far, whose answers come when the test says so. */
  private final class FakeRoom implements RoomSession.Source {
    private final List<RoomEvent> events = new ArrayList<>();
    private final List<Runnable> unanswered = new ArrayList<>();
    private Optional<RoomRelay.Listener> listener = Optional.empty();
    private long kept; // what came before is not kept any more

    @Override
    public void join(RoomId room, RoomRelay.Listener one) {
      listener = Optional.of(one);
    }

    @Override
    public void leave(RoomId room, RoomRelay.Listener one) {
      listener = Optional.empty();
    }

    @Override
    public CompletionStage<Past> past(RoomId room, EventId after, int limit) {
      var answer = new CompletableFuture<Past>();
      unanswered.add(() -> answer.complete(Past.of(answer(after, limit))));
      return answer;
    }

    @Override
    public boolean mayTell(int events) {
      return true;
    }

    private History answer(EventId after, int limit) {
      if (after.seq() < kept) {
        return new History.Reset(Reason.EXPIRED, id(kept), head());
      }
      var found = events.stream().filter(e -> e.id().seq() > after.seq()).limit(limit).toList();
      return new History.Events(found, head());
    }

    EventId head() {
      return events.isEmpty() ? EventId.BEGINNING : events.getLast().id();
    }

    void happens() {
      var event = event(events.size() + 1);
      events.add(event);
      if (isTelling) {
        listener.ifPresent(one -> one.happened(List.of(new Heard(event))));
      }
    }

    void attaches() {
      isTelling = true;
      listener.orElseThrow().attached(head());
    }

    private boolean isTelling;

    void answers() {
      unanswered.removeFirst().run();
    }
  }

  private static EventId id(long seq) {
    return new EventId(GENERATION, seq);
  }

  private static RoomEvent event(long seq) {
    return new RoomEvent(
        id(seq),
        Instant.EPOCH,
        "t",
        "{}",
        Priority.NORMAL,
        Audience.EVERYBODY,
        Optional.empty(),
        OptionalLong.empty(),
        "somebody");
  }

  /** What the guest was told, in words. */
  private static final class Notes implements RoomSession.Line {
    private final List<String> said = new ArrayList<>();
    private final List<Long> seqs = new ArrayList<>();

    @Override
    public void attached(EventId head) {
      said.add("attached " + head.seq());
    }

    @Override
    public void event(Heard heard, boolean isReplay) {
      said.add((isReplay ? "then " : "now ") + heard.event().id().seq());
      seqs.add(heard.event().id().seq());
    }

    @Override
    public void replayBegins(EventId from, EventId to) {
      said.add("replay " + from.seq() + " to " + to.seq());
    }

    @Override
    public void reset(Reason reason, EventId before, EventId head) {
      said.add("reset " + reason + " " + before.seq());
    }

    @Override
    public void replayComplete(EventId from, EventId last, int told, boolean isWhole) {
      said.add("complete " + told + (isWhole ? "" : " not whole"));
    }

    @Override
    public long owed() {
      return 0;
    }
  }

  private final FakeRoom room = new FakeRoom();
  private final Notes guest = new Notes();
  private final ManualLoop loop = new ManualLoop();

  private RoomSession comes(Optional<EventId> from) {
    var session = new RoomSession(room, new RoomId("session", "s1"), from, loop, guest);
    session.open();
    return session;
  }

  private void happen(int events) {
    for (int i = 0; i < events; i++) {
      room.happens();
    }
  }

  private void settles() {
    for (loop.runAll(); !room.unanswered.isEmpty(); loop.runAll()) {
      room.answers();
    }
  }

  @Nested
  class A_guest_without_a_past {
    @Test
    void is_told_what_happens_from_now_on() {
      happen(3);
      comes(Optional.empty());
      room.attaches();
      happen(2);
      settles();
      assertEquals(List.of("attached 3", "now 4", "now 5"), guest.said);
    }
  }

  @Nested
  class A_guest_who_comes_back {
    @Test
    void is_told_what_it_has_missed_and_then_what_happens() {
      happen(5);
      comes(Optional.of(id(3)));
      room.attaches();
      settles();
      happen(1);
      settles();
      assertEquals(
          List.of("attached 5", "replay 3 to 5", "then 4", "then 5", "complete 2", "now 6"),
          guest.said);
    }

    @Test
    void and_has_missed_nothing_is_told_so() {
      happen(5);
      comes(Optional.of(id(5)));
      room.attaches();
      settles();
      assertEquals(List.of("attached 5", "complete 0"), guest.said);
    }

    @Test
    void after_too_long_is_told_to_begin_anew_with_what_is_kept() {
      happen(5);
      room.kept = 3;
      comes(Optional.of(id(1)));
      room.attaches();
      settles();
      assertEquals(
          List.of("attached 5", "reset EXPIRED 3", "then 4", "then 5", "complete 2 not whole"),
          guest.said);
    }

    @Test
    void and_leaves_again_is_told_nothing_more() {
      happen(5);
      var session = comes(Optional.of(id(3)));
      room.attaches();
      loop.runAll();
      session.ended();
      settles();
      assertEquals(List.of("attached 5"), guest.said);
    }
  }

  @Nested
  class A_guest_who_has_found_a_hole {
    @Test
    void is_told_again_what_came_after_it() {
      happen(5);
      var session = comes(Optional.empty());
      room.attaches();
      settles();
      session.replay(id(4));
      settles();
      happen(1);
      settles();
      assertEquals(
          List.of("attached 5", "replay 4 to 5", "then 5", "complete 1", "now 6"), guest.said);
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whatever_the_order_nothing_is_missing_and_nothing_told_twice(long seed) {
    var chance = new Random(seed);
    int before = chance.nextInt(200);
    happen(before);
    int from = chance.nextInt(before + 1);
    comes(Optional.of(id(from)));
    boolean isAttached = false;
    for (int step = 0; step < 400; step++) {
      switch (chance.nextInt(4)) {
        case 0 -> room.happens();
        case 1 -> loop.runNext();
        case 2 -> {
          if (!room.unanswered.isEmpty()) {
            room.answers();
          }
        }
        default -> {
          if (!isAttached) {
            isAttached = true;
            room.attaches();
          }
        }
      }
    }
    if (!isAttached) {
      room.attaches();
    }
    settles();
    var expected = LongStream.rangeClosed(from + 1, room.events.size()).boxed().toList();
    assertEquals(expected, guest.seqs);
    assertTrue(guest.said.stream().anyMatch(word -> word.startsWith("complete")));
  }
}
