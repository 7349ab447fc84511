package io.muster.actors.room;

import io.muster.actors.document.DocEngine;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.Mutate;
import io.muster.actors.room.RoomCommand.Publish;
import io.muster.actors.room.RoomCommand.Refusal;
import io.muster.actors.room.RoomCommand.Wish;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What is written together: each wish sees what those before it have come to, and is answered when
 * all of it is on the disk.
 */
final class Batch {
  // Less than a frame of the cluster, and than a statement should have.
  private static final int FACTS_MAX = 500;
  private static final int CHARS_MAX = 256 * 1024;

  private record Answered(Wish wish, Answer answer) {
    void tell() {
      wish.replyTo().tell(answer);
    }
  }

  private final RoomId room;
  private final RoomType type;
  private final Instant now;
  private final Supplier<String> generation;
  private final List<Published> facts = new ArrayList<>();
  private final List<Answered> answers = new ArrayList<>();
  private RoomState state;
  private long chars;

  /**
   * @param generation of a room in which nothing has happened yet
   */
  Batch(RoomId room, RoomState state, RoomType type, Instant now, Supplier<String> generation) {
    this.room = room;
    this.state = state;
    this.type = type;
    this.now = now;
    this.generation = generation;
  }

  /** How many of them it has taken, from the first. */
  int take(List<? extends Wish> wishes) {
    int taken = 0;
    while (taken < wishes.size() && facts.size() < FACTS_MAX && chars <= CHARS_MAX) {
      var wish = wishes.get(taken++);
      answers.add(new Answered(wish, answer(wish)));
    }
    return taken;
  }

  List<Published> facts() {
    return List.copyOf(facts);
  }

  void answer() {
    answers.forEach(Answered::tell);
  }

  private Answer answer(Wish wish) {
    return switch (wish) {
      case Publish c -> publish(c.wanted());
      case Mutate c -> mutate(c.wanted());
    };
  }

  private Answer publish(Publication wanted) {
    var used = wanted.key().flatMap(key -> state.used(key, now));
    if (used.isPresent()) {
      return used.get().fingerprint() == wanted.fingerprint()
          ? new Answer.Done(used.get().id(), used.get().at())
          : new Answer.No(Refusal.KEY_REUSED);
    }
    var refused = type.documents().flatMap(engine -> refusal(wanted, engine));
    if (refused.isPresent()) {
      return refused.get();
    }
    var event =
        new RoomEvent(
            next(),
            now,
            wanted.type(),
            wanted.payload(),
            wanted.priority(),
            type.audience(wanted.type(), wanted.payload(), wanted.audience()),
            wanted.opId(),
            wanted.version(),
            wanted.by());
    add(new Published(event, wanted.key(), wanted.fingerprint(), Optional.empty()));
    return new Answer.Done(event.id(), now);
  }

  /** An update that is there already happens as often as a client comes again. */
  private Optional<Answer> refusal(Publication wanted, DocEngine engine) {
    var update = Document.update(wanted.type(), wanted.payload());
    if (update.filter(one -> state.document().has(one, engine)).isPresent()) {
      return Optional.of(new Answer.Done(state.head(), now));
    }
    return update
        .filter(one -> !state.document().hasRoomFor(one))
        .map(_ -> new Answer.No(Refusal.FULL));
  }

  private Answer mutate(Mutation wanted) {
    var key = "op\n" + wanted.by() + "\n" + wanted.opId();
    var used = state.used(key, now);
    if (used.isPresent()) {
      return used.get().fingerprint() == wanted.fingerprint()
          ? again(used.get())
          : new Answer.No(Refusal.KEY_REUSED);
    }
    return switch (state.holdings().outcome(wanted)) {
      case Holdings.Outcome.Not not -> not.why();
      case Holdings.Outcome.Change(Held held) -> change(wanted, held, key);
    };
  }

  private Answer again(RoomState.Used used) {
    return used.about()
        .<Answer>map(
            about ->
                new Answer.Changed(
                    used.id(),
                    used.at(),
                    about.id(),
                    about.version(),
                    state.holdings().find(about.entity(), about.id()).map(Held::data)))
        .orElseGet(() -> new Answer.No(Refusal.KEY_REUSED));
  }

  private Answer change(Mutation wanted, Held held, String key) {
    boolean isGone = wanted.kind() == Mutation.Kind.DELETE;
    var event =
        new RoomEvent(
            next(),
            now,
            "%s.%s.%s".formatted(room.key(), wanted.entity(), wanted.kind().done()),
            isGone ? Holdings.idOnly(held) : held.data(),
            isGone ? Priority.HIGH : Priority.NORMAL,
            Audience.EVERYBODY,
            Optional.of(wanted.opId()),
            OptionalLong.of(held.version()),
            wanted.by());
    add(
        new Published(
            event,
            Optional.of(key),
            wanted.fingerprint(),
            Optional.of(new Published.Change(wanted.kind(), held))));
    return new Answer.Changed(
        event.id(),
        now,
        held.id(),
        held.version(),
        isGone ? Optional.empty() : Optional.of(held.data()));
  }

  private EventId next() {
    var head = state.head();
    return head.seq() == 0 ? new EventId(generation.get(), 1) : head.at(head.seq() + 1);
  }

  private void add(Published fact) {
    facts.add(fact);
    chars += fact.event().payload().length();
    state = state.after(fact, type);
  }
}
