package io.muster.http.room.civic;

import io.muster.actors.document.Awareness;
import io.muster.actors.document.DocEngine;
import io.muster.actors.document.DocFrame;
import io.muster.actors.document.InvalidUpdate;
import io.muster.actors.room.Audience;
import io.muster.actors.room.Document;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.Member;
import io.muster.actors.room.Priority;
import io.muster.actors.room.Publication;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.Reason;
import io.muster.actors.room.RoomCommand.Refusal;
import io.muster.actors.room.RoomCommand.Sight;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomSession;
import io.muster.http.edge.RawApplication.Handler;
import io.muster.http.edge.RawSocket;
import io.muster.http.room.RoomError;
import io.muster.http.room.civic.CivicDoor.Visit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client of a document, with the frames of y-websocket. It first listens, then learns what there
 * is, and from then on both ways are open; what is told twice does no harm to a document. Confined
 * to its loop.
 */
final class DocumentTalk implements Handler, RoomSession.Line {
  private static final byte[] NOTHING = {0, 0};
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final int EARLY_MAX = 256;
  private static final int OTHERS_MAX = 2_000;
  private static final int MINE_MAX = 16;
  private static final String AWARENESS = "document.awareness";
  private static final String QUERY = "document.query";

  private final Visit visit;
  private final RawSocket socket;
  private final CivicDoor door;
  private final DocEngine engine;
  private final Stay stay;
  private final MessageRate rate;
  private final RoomSession session;

  private final List<DocFrame> early = new ArrayList<>();
  // Who is here by this client, and by all others: clients repeat what they hear of each other.
  private final Map<Long, Awareness> mine = new HashMap<>();
  private final Map<Long, Long> others = new HashMap<>();
  private boolean isLoaded;
  private boolean wasDenied;
  private boolean hasEnded;

  DocumentTalk(Visit visit, RawSocket socket, CivicDoor door) {
    this.visit = visit;
    this.socket = socket;
    this.door = door;
    this.engine = visit.type().documents().orElseThrow();
    this.stay = new Stay(visit, socket, door, this::over);
    this.rate = new MessageRate(door.frames(), System.nanoTime());
    this.session =
        new RoomSession(door.rooms(), visit.room(), Optional.empty(), socket.loop(), this);
  }

  DocumentTalk open() {
    stay.begin();
    session.open();
    return this;
  }

  private void say(DocFrame frame) {
    socket.binary(DocFrame.write(frame));
  }

  private void over(RoomError why) {
    say(new DocFrame.Denied(why.name()));
    leave();
  }

  // ── what there is ──

  @Override
  public void attached(EventId head) {
    load();
  }

  private void load() {
    look(
        seen -> {
          isLoaded = true;
          say(new DocFrame.SyncStep1(engine.stateVector(Document.bytes(seen.document()))));
          pass(QUERY, "\"\"");
          var waiting = List.copyOf(early);
          early.clear();
          waiting.forEach(this::handle);
        });
  }

  private void look(Consumer<Sight.Seen> then) {
    door.rooms()
        .look(visit.room(), Optional.empty())
        .thenAccept(
            sight ->
                socket
                    .loop()
                    .execute(
                        () -> {
                          if (hasEnded) {
                            return;
                          }
                          switch (sight) {
                            case Sight.Seen seen -> then.accept(seen);
                            case Sight.Unavailable _ ->
                                socket
                                    .loop()
                                    .schedule(
                                        () -> look(then), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
                          }
                        }));
  }

  // ── out ──

  @Override
  public void event(Heard heard, boolean isReplay) {
    var event = heard.event();
    if (isMine(event)) {
      return;
    }
    Document.update(event)
        .ifPresent(
            update ->
                socket.binary(
                    heard.as(
                        DocFrame.Update.class,
                        byte[].class,
                        () -> DocFrame.write(new DocFrame.Update(Document.bytes(update))))));
  }

  private boolean isMine(RoomEvent event) {
    return event.opId().equals(Optional.of(socket.id()));
  }

  @Override
  public void passed(Heard heard) {
    var event = heard.event();
    if (isMine(event)) {
      return;
    }
    switch (event.type()) {
      case QUERY -> say(new DocFrame.QueryAwareness());
      case AWARENESS -> aware(heard);
      default -> {}
    }
  }

  private void aware(Heard heard) {
    var payload = heard.event().payload();
    byte[] update = Document.bytes(payload.substring(1, payload.length() - 1));
    for (Awareness one : Awareness.read(update)) {
      if (one.isGone()) {
        others.remove(one.client());
      } else if (others.size() < OTHERS_MAX && !mine.containsKey(one.client())) {
        others.put(one.client(), one.clock());
      }
    }
    socket.binary(
        heard.as(
            DocFrame.AwarenessUpdate.class,
            byte[].class,
            () -> DocFrame.write(new DocFrame.AwarenessUpdate(update))));
  }

  @Override
  public void replayBegins(EventId from, EventId to) {}

  /** What was missed is in the document. */
  @Override
  public void reset(Reason reason, EventId kept, EventId head) {
    look(seen -> Document.bytes(seen.document()).forEach(one -> say(new DocFrame.Update(one))));
  }

  @Override
  public void replayComplete(EventId from, EventId last, int told, boolean isWhole) {}

  @Override
  public Optional<Member> member() {
    return Optional.of(new Member(socket.id(), visit.access().guest(), visit.access().role()));
  }

  @Override
  public void refused() {
    stay.end(RoomError.ROOM_FULL);
  }

  @Override
  public long owed() {
    return socket.owed();
  }

  // ── in ──

  @Override
  public void binary(byte[] message) {
    switch (rate.next(System.nanoTime())) {
      // One that is a little over is taken: it is one whose letters would be lost otherwise.
      case FINE, NEARLY, OVER -> read(message);
      case ENOUGH -> stay.end(RoomError.RATE_LIMIT_EXCEEDED);
    }
  }

  private void read(byte[] message) {
    DocFrame frame;
    try {
      frame = DocFrame.read(message);
    } catch (InvalidUpdate e) {
      stay.end(RoomError.UNREADABLE);
      return;
    }
    if (isLoaded) {
      handle(frame);
    } else if (early.size() < EARLY_MAX) {
      early.add(frame);
    } else {
      stay.end(RoomError.RATE_LIMIT_EXCEEDED);
    }
  }

  private void handle(DocFrame frame) {
    switch (frame) {
      case DocFrame.SyncStep1(byte[] vector) -> answer(vector);
      case DocFrame.SyncStep2(byte[] update) -> write(update);
      case DocFrame.Update(byte[] update) -> write(update);
      case DocFrame.AwarenessUpdate(byte[] update) -> awareness(update);
      case DocFrame.QueryAwareness _ -> pass(QUERY, "\"\"");
      case DocFrame.Denied _ -> {}
    }
  }

  private void answer(byte[] vector) {
    look(
        seen -> {
          try {
            engine
                .diff(Document.bytes(seen.document()), vector)
                .forEach(one -> say(new DocFrame.Update(one)));
            say(new DocFrame.SyncStep2(NOTHING));
          } catch (InvalidUpdate e) {
            stay.end(RoomError.UNREADABLE);
          }
        });
  }

  private void write(byte[] update) {
    if (Arrays.equals(update, NOTHING)) {
      return;
    }
    if (!visit.mayWrite()) {
      deny("permission denied");
      return;
    }
    try {
      engine.validate(update);
    } catch (InvalidUpdate e) {
      door.told(RoomError.INVALID_YJS_UPDATE);
      deny(RoomError.INVALID_YJS_UPDATE.name());
      return;
    }
    door.rooms()
        .publish(visit.room(), publication("\"" + Document.text(update) + "\""))
        .thenAccept(answer -> socket.loop().execute(() -> written(answer)));
  }

  private Publication publication(String payload) {
    return new Publication(
        Document.UPDATED,
        payload,
        Priority.NORMAL,
        Audience.EVERYBODY,
        Optional.of(socket.id()),
        OptionalLong.empty(),
        visit.access().guest(),
        Optional.empty());
  }

  /**
   * What was not written is not lost: the client has it, and is asked for it when it comes again.
   */
  private void written(Answer answer) {
    if (answer instanceof Answer.No(Refusal why) && !hasEnded) {
      stay.end(why == Refusal.FULL ? RoomError.PAYLOAD_TOO_LARGE : RoomError.SERVER_SHUTTING_DOWN);
    }
  }

  private void deny(String why) {
    if (!wasDenied) {
      wasDenied = true;
      say(new DocFrame.Denied(why));
    }
  }

  private void awareness(byte[] update) {
    var own = new ArrayList<Awareness>();
    try {
      for (Awareness one : Awareness.read(update)) {
        if (!others.containsKey(one.client())
            && (mine.containsKey(one.client()) || mine.size() < MINE_MAX)) {
          own.add(one);
          mine.put(one.client(), one);
        }
      }
    } catch (InvalidUpdate e) {
      stay.end(RoomError.UNREADABLE);
      return;
    }
    // Clients close a connection on which they hear nothing for half a minute, their own included.
    say(new DocFrame.AwarenessUpdate(update));
    tell(own);
  }

  private void tell(List<Awareness> own) {
    if (!own.isEmpty()) {
      pass(AWARENESS, "\"" + Document.text(Awareness.write(own)) + "\"");
    }
  }

  private void pass(String type, String payload) {
    door.rooms()
        .pass(
            visit.room(),
            new RoomEvent(
                EventId.BEGINNING,
                door.envelope().clock().instant(),
                type,
                payload,
                Priority.LOW,
                Audience.EVERYBODY,
                Optional.of(socket.id()),
                OptionalLong.empty(),
                visit.access().guest()));
  }

  @Override
  public void text(String message) {
    // A text would break such a client, so it gets no answer.
  }

  // ── the end ──

  private void leave() {
    if (!hasEnded) {
      hasEnded = true;
      session.ended();
      tell(mine.values().stream().filter(one -> !one.isGone()).map(Awareness::left).toList());
    }
  }

  @Override
  public void ended() {
    leave();
    stay.ended();
  }
}
