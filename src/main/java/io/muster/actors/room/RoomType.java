package io.muster.actors.room;

import io.muster.actors.document.DocEngine;
import java.time.Duration;
import java.util.Optional;

/**
 * A kind of room: the first word of its rooms' names. A new one is a class on the class path that
 * {@link java.util.ServiceLoader} finds; everything has a default. Called by many threads at once,
 * the rooms' own among them: it must not block.
 */
public interface RoomType {

  /** A lower-case word of at most 32 letters, digits and hyphens. */
  String name();

  /**
   * Whether somebody may do something.
   *
   * @param isGranted the visitor's token names this room with this action
   */
  default boolean authorises(Visitor visitor, RoomView place, Action action, boolean isGranted) {
    return isGranted;
  }

  /** Why an event must not be published, for its author; empty when it may. */
  default Optional<String> objection(RoomId room, String eventType, String payload) {
    return Optional.empty();
  }

  /** How much an event matters of which its author has not said so. */
  default Priority priority(String eventType) {
    return Priority.NORMAL;
  }

  /**
   * For whom an event is.
   *
   * @param asked by its author
   */
  default Audience audience(String eventType, String payload, Audience asked) {
    return asked;
  }

  /** What one guest learns of an event that is for it: all, or less. */
  default String payload(RoomEvent event, String guest, Optional<String> role) {
    return event.payload();
  }

  /**
   * Whether an event is seen in a view of the room.
   *
   * @param view what follows the room's name and a colon, such as {@code entity:user}
   */
  default boolean isIn(String view, RoomEvent event) {
    return false;
  }

  /** What the events amount to, told to who has to begin anew; empty when nothing is kept. */
  default Optional<Reducer> reducer() {
    return Optional.empty();
  }

  /** How its rooms' documents are merged; empty when they hold none. */
  default Optional<DocEngine> documents() {
    return Optional.empty();
  }

  /** Whether a room is more than its last event: then its past goes only where it was kept. */
  default boolean isMoreThanItsEvents() {
    return documents().isPresent() || reducer().isPresent();
  }

  /** Whether it is told who comes and goes. */
  default boolean announcesPresence() {
    return false;
  }

  default Limits limits() {
    return Limits.DEFAULT;
  }

  /**
   * @param usual as it is set for this gateway
   */
  default Retention retention(Retention usual) {
    return usual;
  }

  /** A fold over all events of a room. Pure, and the same for ever: it runs again on recovery. */
  interface Reducer {
    /** One JSON value. */
    String initial();

    /** One JSON value of at most {@link Limits#stateChars()} characters; more is not kept. */
    String reduce(String state, RoomEvent event);
  }

  /**
   * @param payloadBytes of one event
   * @param members of one room at a time
   */
  record Limits(int payloadBytes, int members, int stateChars) {
    public static final Limits DEFAULT = new Limits(64 * 1024, 1_000, 512 * 1024);
  }

  /**
   * How much of the past is kept; what is beyond any of these goes.
   *
   * @param bytes of the events as they are stored
   */
  record Retention(Duration age, int events, long bytes) {}
}
