package io.muster.http.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.Audience;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Priority;
import io.muster.actors.room.Publication;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomCommand.Refusal;
import io.muster.actors.room.RoomCommand.Sight;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Rooms;
import io.muster.http.Json;
import io.muster.http.edge.Frame;
import io.muster.http.room.LivePoll;
import io.muster.http.room.RoomError;
import io.muster.http.room.RoomStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.marshalling.sse.EventStreamMarshalling;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** What happens in rooms: told by applications, read by whoever may. */
public final class RoomRoutes extends Directives {
  private static final int TYPE_CHARS_MAX = 128;
  private static final int NAMES_MAX = 100;
  private static final int PAGE_DEFAULT = 100;
  private static final int PAGE_MAX = 1_000;
  private static final String SESSIONS = "session";

  /**
   * @param loop on which a stream is fed; another one for each
   */
  public record House(Rooms rooms, Supplier<ScheduledExecutorService> loop) {}

  private final House house;
  private final RoomCallers callers;
  private final Clock clock;

  RoomRoutes(House house, RoomCallers callers, Clock clock) {
    this.house = house;
    this.callers = callers;
    this.clock = clock;
  }

  // formatter:off
  /** {@code /rooms/{id}/events} */
  Route events(String name) {
    return callers.room(() -> RoomId.parse(name), id -> methods(
        get(()  -> callers.as(RoomView.whole(id), Action.SUBSCRIBE, reader -> eventsOf(id, reader))),
        post(() -> callers.as(RoomView.whole(id), Action.PUBLISH,   author -> idempotencyKey(key ->
            body(body -> publish(id, wanted(id, body, author, key), author.type().limits())))))));
  }

  /** {@code /rooms/{id}/state} */
  Route state(String name) {
    return callers.room(() -> RoomId.parse(name), id -> get(() ->
        callers.as(RoomView.whole(id), Action.SUBSCRIBE, reader -> reader.mayReplay()
            ? answer(state(id))
            : complete(callers.response(RoomError.PERMISSION_DENIED)))));
  }

  /** {@code /rooms/{id}/snapshot}, and {@code /records/{id}/snapshot} */
  Route snapshot(String name) {
    return callers.room(() -> RoomId.parse(name), id -> post(() ->
        callers.as(RoomView.whole(id), Action.SNAPSHOT, _ -> answer(snapshot(id)))));
  }

  /** {@code /events?sessionId=}, as clients of sessions know it. */
  Route ofSession() {
    return parameter("sessionId", key -> callers.room(() -> new RoomId(SESSIONS, key), id ->
        get(() -> callers.as(RoomView.whole(id), Action.SUBSCRIBE, reader -> stream(id, reader)))));
  }
  // formatter:on

  // ── publish ──

  private static Publication wanted(
      RoomId room, Body body, RoomCallers.Caller author, Optional<String> key) {
    var type = body.needText("eventType", TYPE_CHARS_MAX);
    var payload = body.any("payload").map(Json::text).orElse("{}");
    var priority =
        body.text("priority", 16)
            .map(RoomRoutes::priority)
            .orElseGet(() -> author.type().priority(type));
    var audience = body.object("audience").map(RoomRoutes::audience).orElse(Audience.EVERYBODY);
    var opId = body.text("opId", TYPE_CHARS_MAX);
    var version = body.whole("version", 1, Long.MAX_VALUE);
    body.complete();
    Body.require(!Frame.isReserved(type), "eventType is a word that sockets have for themselves");
    author
        .type()
        .objection(room, type, payload)
        .ifPresent(
            why -> {
              throw new Body.NotUnderstood(why);
            });
    return new Publication(type, payload, priority, audience, opId, version, author.name(), key);
  }

  private static Priority priority(String word) {
    return Priority.of(word)
        .orElseThrow(() -> new Body.NotUnderstood("priority is low, normal, high or critical"));
  }

  private static Audience audience(Body body) {
    var audience =
        new Audience(
            body.texts("roles", NAMES_MAX).orElse(List.of()),
            body.texts("participants", NAMES_MAX).orElse(List.of()),
            body.texts("exclude", NAMES_MAX).orElse(List.of()));
    body.complete();
    return audience;
  }

  private CompletionStage<HttpResponse> publish(
      RoomId room, Publication wanted, RoomType.Limits limits) {
    if (wanted.payload().getBytes(StandardCharsets.UTF_8).length > limits.payloadBytes()) {
      return CompletableFuture.completedFuture(callers.response(RoomError.PAYLOAD_TOO_LARGE));
    }
    return house
        .rooms()
        .publish(room, wanted)
        .thenApply(
            answer ->
                switch (answer) {
                  case Answer.Done done ->
                      Answers.json(
                          201,
                          Json.object()
                              .put("eventId", done.id().toString())
                              .put("timestamp", Json.instant(done.at())));
                  case Answer.No no -> callers.response(RoomError.of(no.why()));
                  case Answer.Changed _, Answer.Conflict _ ->
                      callers.response(RoomError.UNAVAILABLE);
                });
  }

  private CompletionStage<HttpResponse> snapshot(RoomId room) {
    return house.rooms().keep(room).thenApply(this::kept);
  }

  private HttpResponse kept(Answer answer) {
    var json = Json.object();
    return switch (answer) {
      case Answer.Done done ->
          Answers.json(
              200,
              json.put("snapshotCreated", true)
                  .put("version", done.id().seq())
                  .put("timestamp", Json.instant(done.at())));
      case Answer.No(Refusal why) when why == Refusal.UNCHANGED ->
          Answers.json(
              200,
              json.put("snapshotCreated", false)
                  .putNull("version")
                  .put("timestamp", Json.instant(clock.instant())));
      case Answer.No(Refusal why) -> callers.response(RoomError.of(why));
      case Answer.Changed _, Answer.Conflict _ -> callers.response(RoomError.INTERNAL_ERROR);
    };
  }

  // ── read ──

  private CompletionStage<HttpResponse> state(RoomId room) {
    return house
        .rooms()
        .look(room, Optional.empty())
        .thenApply(
            sight ->
                switch (sight) {
                  case Sight.Unavailable _ -> callers.response(RoomError.UNAVAILABLE);
                  case Sight.Seen seen ->
                      seen.folded()
                          .map(
                              folded ->
                                  Answers.json(
                                      200,
                                      Json.object()
                                          .put("room", room.toString())
                                          .put("snapshotEventId", seen.head().toString())
                                          .<ObjectNode>set("state", Json.parse(folded))))
                          .orElseGet(() -> callers.response(RoomError.NOT_FOUND));
                });
  }

  private Route eventsOf(RoomId room, RoomCallers.Caller reader) {
    return optionalHeaderValueByName(
        "Accept",
        accept ->
            accept.filter(types -> types.contains("text/event-stream")).isPresent()
                ? stream(room, reader)
                : past(room, reader));
  }

  private Route past(RoomId room, RoomCallers.Caller reader) {
    if (!reader.mayReplay()) {
      return complete(callers.response(RoomError.PERMISSION_DENIED));
    }
    return parameterOptional(
        "after",
        after ->
            parameterOptional("limit", limit -> answer(page(room, reader, after, limit(limit)))));
  }

  private static int limit(Optional<String> text) {
    try {
      int limit = text.map(Integer::parseInt).orElse(PAGE_DEFAULT);
      Body.require(limit >= 1 && limit <= PAGE_MAX, "limit is 1 to " + PAGE_MAX);
      return limit;
    } catch (NumberFormatException e) {
      throw new Body.NotUnderstood("limit is 1 to " + PAGE_MAX);
    }
  }

  private Route stream(RoomId room, RoomCallers.Caller reader) {
    return optionalHeaderValueByName(
        "Last-Event-ID",
        last ->
            parameterOptional(
                "fromEventId",
                asked ->
                    completeOK(
                        RoomStream.of(
                            house.rooms(),
                            room,
                            last.or(() -> asked)
                                .filter(_ -> reader.mayReplay())
                                .map(RoomRoutes::id),
                            reader::learns,
                            house.loop().get()),
                        EventStreamMarshalling.toEventStream())));
  }

  private CompletionStage<HttpResponse> page(
      RoomId room, RoomCallers.Caller reader, Optional<String> after, int limit) {
    return after
        .map(RoomRoutes::id)
        .map(from -> page(room, reader, from, limit, reset -> done(expired(reset))))
        .orElseGet(
            () ->
                page(
                    room,
                    reader,
                    EventId.BEGINNING,
                    limit,
                    // Who asks for no event in particular begins where there is something.
                    reset ->
                        page(room, reader, reset.before(), limit, again -> done(expired(again)))));
  }

  private static CompletionStage<HttpResponse> done(HttpResponse response) {
    return CompletableFuture.completedFuture(response);
  }

  private CompletionStage<HttpResponse> page(
      RoomId room,
      RoomCallers.Caller reader,
      EventId from,
      int limit,
      Function<History.Reset, CompletionStage<HttpResponse>> otherwise) {
    return house
        .rooms()
        .read(room, from, limit)
        .thenCompose(
            history ->
                switch (history) {
                  case History.Events found ->
                      done(Answers.json(200, page(room, reader, from, found)));
                  case History.Reset reset -> otherwise.apply(reset);
                  case History.Unavailable _ -> done(callers.response(RoomError.UNAVAILABLE));
                });
  }

  private static ObjectNode page(
      RoomId room, RoomCallers.Caller reader, EventId from, History.Events found) {
    var events = Json.array();
    var before = from;
    for (RoomEvent event : found.events()) {
      var payload = reader.learns(event);
      if (payload.isPresent()) {
        events.add(LivePoll.envelope(room, event, payload.get(), before, true));
        before = event.id();
      }
    }
    var last = found.events().isEmpty() ? from : found.events().getLast().id();
    var json = Json.object().put("lastEventId", last.toString());
    json.put("headEventId", found.head().toString());
    json.set("events", events);
    return json;
  }

  private HttpResponse expired(History.Reset reset) {
    return Answers.json(
        410,
        Json.object()
            .put("code", "REPLAY_EXPIRED")
            .put("message", "what came after this event cannot be told in full")
            .put("statusCode", 410)
            .put("reason", reset.reason().name().toLowerCase(Locale.ROOT))
            .put("oldestEventId", reset.before().toString())
            .put("headEventId", reset.head().toString())
            .put("timestamp", Json.instant(clock.instant())));
  }

  private static EventId id(String text) {
    return EventId.parse(text)
        .orElseThrow(() -> new Body.NotUnderstood("this is no id of an event"));
  }
}
