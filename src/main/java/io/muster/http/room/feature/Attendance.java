package io.muster.http.room.feature;

import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.Member;
import io.muster.actors.room.RoomCommand.Reason;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomSession;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.http.room.RoomLaw.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One client in one room, in whatever views of it: each event is told once, however many of them it
 * is in. Confined to the client's loop.
 */
final class Attendance implements RoomSession.Line {

  /** Where it is told. */
  interface Client {
    void attached();

    void event(Attendance of, Heard heard, String payload, EventId before, boolean isReplay);

    void replayBegins(RoomId room, EventId from, EventId to);

    void reset(RoomId room, String reason, EventId kept, EventId head);

    void replayComplete(RoomId room, EventId from, EventId last, int told, boolean isWhole);

    Member member();

    void refused(RoomId room);

    long owed();
  }

  private final RoomId room;
  private final RoomType type;
  private final Client client;
  private final Map<RoomView, Access> views = new LinkedHashMap<>();
  private final RoomSession session;
  private EventId before = EventId.BEGINNING;
  private EventId position = EventId.BEGINNING;
  private boolean isAttached;

  /**
   * @param opening makes the way into the room that ends here
   */
  Attendance(
      RoomId room, RoomType type, Client client, Function<RoomSession.Line, RoomSession> opening) {
    this.room = room;
    this.type = type;
    this.client = client;
    this.session = opening.apply(this);
  }

  void open() {
    session.open();
  }

  void end() {
    session.ended();
  }

  void add(RoomView view, Access access) {
    views.put(view, access);
  }

  /** Whether there is no view left. */
  boolean remove(RoomView view) {
    views.remove(view);
    return views.isEmpty();
  }

  boolean has(RoomView view) {
    return views.containsKey(view);
  }

  List<RoomView> views() {
    return List.copyOf(views.keySet());
  }

  RoomId room() {
    return room;
  }

  boolean isAttached() {
    return isAttached;
  }

  /** The last event that has been dealt with, told or not. */
  EventId position() {
    return position;
  }

  boolean mayReplay() {
    return views.values().stream().allMatch(Access::mayReplay);
  }

  void replay(EventId after) {
    session.replay(after);
  }

  @Override
  public void attached(EventId head) {
    before = head;
    position = head;
    isAttached = true;
    client.attached();
  }

  @Override
  public void event(Heard heard, boolean isReplay) {
    var event = heard.event();
    position = event.id();
    payload(event)
        .ifPresent(
            payload -> {
              client.event(this, heard, payload, before, isReplay);
              before = event.id();
            });
  }

  private Optional<String> payload(RoomEvent event) {
    for (var view : views.entrySet()) {
      var access = view.getValue();
      if ((view.getKey().isWhole() || type.isIn(view.getKey().view(), event))
          && event.audience().admits(access.guest(), access.role())) {
        return Optional.of(type.payload(event, access.guest(), access.role()));
      }
    }
    return Optional.empty();
  }

  @Override
  public void replayBegins(EventId from, EventId to) {
    before = from;
    client.replayBegins(room, from, to);
  }

  @Override
  public void reset(Reason reason, EventId kept, EventId head) {
    before = kept;
    client.reset(room, reason.name().toLowerCase(Locale.ROOT), kept, head);
  }

  @Override
  public void replayComplete(EventId from, EventId last, int told, boolean isWhole) {
    position = last;
    client.replayComplete(room, from, last, told, isWhole);
  }

  @Override
  public Optional<Member> member() {
    return Optional.of(client.member());
  }

  @Override
  public void refused() {
    client.refused(room);
  }

  @Override
  public long owed() {
    return client.owed();
  }
}
