package io.muster.actors.room;

import io.muster.actors.Wire;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** Everything a room can be told. */
public sealed interface RoomCommand {

  /**
   * @param giveUpAt nobody waits for the answer any more
   */
  record Publish(Publication wanted, Instant giveUpAt, ActorRef<Answer> replyTo)
      implements Wish, Wire {}

  /** As {@link Publish}: what comes of it is published. */
  record Mutate(Mutation wanted, Instant giveUpAt, ActorRef<Answer> replyTo)
      implements Wish, Wire {}

  /** What is to be written, in the order in which it comes. */
  sealed interface Wish extends RoomCommand {
    Instant giveUpAt();

    ActorRef<Answer> replyTo();
  }

  /** What has come while a write was under way is written together. */
  record Write() implements RoomCommand {}

  /** A node has guests here. Said again every few seconds, answered each time. */
  record Attach(ActorRef<ToRelay> relay) implements RoomCommand, Wire {}

  record Detach(ActorRef<ToRelay> relay) implements RoomCommand, Wire {}

  /** Somebody is here, by this node. Said again to a room that has begun anew. */
  record Came(Member member, ActorRef<ToRelay> relay) implements RoomCommand, Wire {}

  record Went(String connection) implements RoomCommand, Wire {}

  /** Who has gone a moment ago may have come back. */
  record Reckon() implements RoomCommand {}

  record Who(ActorRef<Attendees> replyTo) implements RoomCommand, Wire {}

  /**
   * @param isTaken otherwise it is given back
   */
  record Lock(
      String entity,
      String id,
      Member by,
      boolean isTaken,
      Instant giveUpAt,
      ActorRef<Answer> replyTo)
      implements RoomCommand, Wire {}

  /**
   * @param after exclusive
   * @param limit at most so many events
   */
  record Read(EventId after, int limit, ActorRef<History> replyTo) implements RoomCommand, Wire {}

  /**
   * Something that is over when it is said: nobody is told later.
   *
   * @param event whose id is {@link EventId#BEGINNING}
   */
  record Pass(RoomEvent event) implements RoomCommand, Wire {}

  /**
   * What the room holds, and what its events amount to.
   *
   * @param entity only these of what it holds
   */
  record Look(Optional<String> entity, ActorRef<Sight> replyTo) implements RoomCommand, Wire {}

  /** Keep the room whole, if there is something new to keep. */
  record Keep(Instant giveUpAt, ActorRef<Answer> replyTo) implements RoomCommand, Wire {}

  /** It has changed a while ago. */
  record KeepInTime() implements RoomCommand {}

  /** Nobody has been here for a while. */
  record Idle() implements RoomCommand {}

  record Sleep() implements RoomCommand, Wire {}

  // ── answers ──

  sealed interface Answer {
    record Done(EventId id, Instant at) implements Answer, Wire {}

    /**
     * What the room holds is as somebody wanted it.
     *
     * @param data as it is now; empty when it is not there any more
     */
    record Changed(EventId id, Instant at, String entityId, long version, Optional<String> data)
        implements Answer, Wire {}

    /** Somebody else was faster. */
    record Conflict(Held current) implements Answer, Wire {}

    record No(Refusal why) implements Answer, Wire {}
  }

  enum Refusal {
    /** It was asked for something else under the same key. */
    KEY_REUSED,
    /** What is wanted cannot be. */
    INVALID,
    /** What is to be changed is not there. */
    ABSENT,
    /** Somebody else has it. */
    LOCKED,
    /** There is nothing new. */
    UNCHANGED,
    /** The room holds as much as it may. */
    FULL,
    /** More waits to be written than may. */
    BUSY,
    /** Nothing was heard of it in time: it may have been published, and can be asked for again. */
    UNAVAILABLE
  }

  /** What has happened after an event, or why that cannot be said. */
  sealed interface History {

    /**
     * @param head the last event of the room; there is more as long as it is not among these
     */
    record Events(List<RoomEvent> events, EventId head) implements History, Wire {
      public Events {
        events = List.copyOf(events);
      }
    }

    /**
     * @param before what is kept follows this one
     */
    record Reset(Reason reason, EventId before, EventId head) implements History, Wire {}

    /** The journal could not be asked; ask again. */
    record Unavailable() implements History, Wire {}
  }

  sealed interface Attendees {

    /**
     * @param participants distinct people; not all of them are named
     */
    record Present(List<Member> members, int participants) implements Attendees, Wire {
      public Present {
        members = List.copyOf(members);
      }
    }

    /** The room could not be asked; ask again. */
    record Unavailable() implements Attendees, Wire {}
  }

  /** At one moment. */
  sealed interface Sight {
    /**
     * @param head all that happened up to this event is in it
     * @param document its updates in Base64
     */
    record Seen(EventId head, List<Held> held, List<String> document, Optional<String> folded)
        implements Sight, Wire {
      public Seen {
        held = List.copyOf(held);
        document = List.copyOf(document);
      }
    }

    /** The room could not be asked; ask again. */
    record Unavailable() implements Sight, Wire {}
  }

  /** Why somebody has to begin anew. */
  enum Reason {
    /** What follows is not kept any more. */
    EXPIRED,
    /** Of another generation of the room. */
    UNKNOWN,
    /** It has not happened yet. */
    AHEAD,
    /** More has happened since than is told at once. */
    TOO_MANY
  }

  // ── to the relay of a node ──

  sealed interface ToRelay {
    record Attached(ActorRef<RoomCommand> room, EventId head) implements ToRelay, Wire {}

    record Passed(RoomEvent event) implements ToRelay, Wire {}

    /** There are as many in the room as there may be. */
    record Full(String connection) implements ToRelay, Wire {}

    /**
     * @param before the event before these
     */
    record Happened(EventId before, List<RoomEvent> events) implements ToRelay, Wire {
      public Happened {
        events = List.copyOf(events);
      }
    }
  }
}
