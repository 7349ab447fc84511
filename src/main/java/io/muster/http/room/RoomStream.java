package io.muster.http.room;

import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.RoomCommand.Reason;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomSession;
import io.muster.actors.room.Rooms;
import io.muster.http.Json;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.sse.ServerSentEvent;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A room as server-sent events. The id of each is the event's, so a browser that comes again says
 * by itself what it has got. Confined to its loop.
 */
public final class RoomStream implements RoomSession.Line {
  private static final int QUEUE_MAX = 256;
  private static final Duration QUIET_MAX = Duration.ofSeconds(15);

  /** Whoever is told. */
  @FunctionalInterface
  public interface Reader {
    /** The payload, as it may be known; empty when the event is not for it. */
    Optional<String> learns(RoomEvent event);
  }

  private final RoomId room;
  private final Reader reader;
  private final BoundedSourceQueue<ServerSentEvent> queue;
  private EventId before = EventId.BEGINNING;

  private RoomStream(RoomId room, Reader reader, BoundedSourceQueue<ServerSentEvent> queue) {
    this.room = room;
    this.reader = reader;
    this.queue = queue;
  }

  /**
   * @param from the last event the client has got
   * @param loop on which the stream is fed
   */
  public static Source<ServerSentEvent, NotUsed> of(
      Rooms rooms,
      RoomId room,
      Optional<EventId> from,
      Reader reader,
      ScheduledExecutorService loop) {
    return Source.<ServerSentEvent>queue(QUEUE_MAX)
        .mapMaterializedValue(
            queue -> {
              var stream = new RoomStream(room, reader, queue);
              var session = new RoomSession(rooms, room, from, loop, stream);
              loop.execute(session::open);
              return new Open(session, loop);
            })
        .watchTermination(
            (open, ended) -> {
              ended.whenComplete((_, _) -> open.loop().execute(open.session()::ended));
              return NotUsed.getInstance();
            })
        .keepAlive(QUIET_MAX, ServerSentEvent::heartbeat);
  }

  private record Open(RoomSession session, ScheduledExecutorService loop) {}

  @Override
  public void attached(EventId head) {
    before = head;
    offer(
        ServerSentEvent.create(
            Json.text(Json.object().put("lastEventId", head.toString())),
            Optional.of("connection:established"),
            Optional.empty(),
            OptionalInt.empty()));
  }

  @Override
  public void event(Heard heard, boolean isReplay) {
    var event = heard.event();
    reader
        .learns(event)
        .ifPresent(
            payload -> {
              var told = LivePoll.envelope(room, event, payload, before, isReplay);
              offer(
                  ServerSentEvent.create(
                      Json.text(told),
                      Optional.of("event"),
                      Optional.of(event.id().toString()),
                      OptionalInt.empty()));
              before = event.id();
            });
  }

  @Override
  public void replayBegins(EventId after, EventId to) {
    before = after;
  }

  @Override
  public void reset(Reason reason, EventId kept, EventId head) {
    before = kept;
    var told =
        Json.object()
            .put("reason", reason.name().toLowerCase(Locale.ROOT))
            .put("oldestEventId", kept.toString())
            .put("headEventId", head.toString());
    offer(
        ServerSentEvent.create(
            Json.text(told),
            Optional.of("event:replay:reset"),
            Optional.empty(),
            OptionalInt.empty()));
  }

  @Override
  public void replayComplete(EventId after, EventId last, int told, boolean isWhole) {
    var done = Json.object().put("lastEventId", last.toString()).put("replayedCount", told);
    offer(
        ServerSentEvent.create(
            Json.text(done),
            Optional.of("event:replay:complete"),
            Optional.empty(),
            OptionalInt.empty()));
  }

  /** Who does not keep up is ended, and comes again with the last id it has got. */
  private void offer(ServerSentEvent event) {
    if (queue.offer(event) == QueueOfferResult.dropped()) {
      queue.complete();
    }
  }

  @Override
  public long owed() {
    return queue.size() > QUEUE_MAX / 2 ? Long.MAX_VALUE : 0;
  }
}
