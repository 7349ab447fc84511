package io.muster.http.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.Audience;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Priority;
import io.muster.actors.room.Publication;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.History;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Rooms;
import io.muster.actors.session.SessionJudge;
import io.muster.http.Json;
import io.muster.http.auth.Authenticator;
import io.muster.http.auth.Presented;
import io.muster.http.auth.Verdict;
import io.muster.http.edge.Frame;
import io.muster.http.room.LivePoll;
import io.muster.http.room.RoomError;
import io.muster.http.room.RoomLaw;
import io.muster.http.room.RoomLaw.Access;
import io.muster.http.room.RoomLaw.Ruling;
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
  private static final int PAYLOAD_BYTES_MAX = 64 * 1024;
  private static final int NAMES_MAX = 100;
  private static final int PAGE_DEFAULT = 100;
  private static final int PAGE_MAX = 1_000;
  private static final String SESSIONS = "session";

  /**
   * @param loop on which a stream is fed; another one for each
   */
  public record House(Rooms rooms, RoomLaw law, Supplier<ScheduledExecutorService> loop) {}

  private final House house;
  private final ServiceKey service;
  private final Authenticator authenticator;
  private final SessionJudge sessions;
  private final Clock clock;

  RoomRoutes(
      House house,
      ServiceKey service,
      Authenticator authenticator,
      SessionJudge sessions,
      Clock clock) {
    this.house = house;
    this.service = service;
    this.authenticator = authenticator;
    this.sessions = sessions;
    this.clock = clock;
  }

  // formatter:off
  /** {@code /rooms/{id}/events} */
  Route events(String name) {
    return room(() -> RoomId.parse(name), id -> methods(
        get(()  -> caller(id, Action.SUBSCRIBE, reader -> eventsOf(id, reader))),
        post(() -> caller(id, Action.PUBLISH,   author -> idempotencyKey(key ->
            body(body -> publish(id, wanted(id, body, author, key))))))));
  }

  /** {@code /events?sessionId=}, as clients of sessions know it. */
  Route ofSession() {
    return parameter("sessionId", key -> room(() -> new RoomId(SESSIONS, key), id ->
        get(() -> caller(id, Action.SUBSCRIBE, reader -> stream(id, reader)))));
  }
  // formatter:on

  private Route room(Supplier<RoomId> read, Function<RoomId, Route> inner) {
    RoomId id;
    try {
      id = read.get();
    } catch (IllegalArgumentException e) {
      return complete(response(RoomError.INVALID_ROOM_ID, e.getMessage()));
    }
    return inner.apply(id);
  }

  // ── who asks ──

  /**
   * @param access empty for a service, which answers for its users and may know everything
   */
  private record Caller(Optional<Access> access, RoomType type) {
    String name() {
      return access.map(Access::guest).orElse("service");
    }

    boolean mayReplay() {
      return access.map(Access::mayReplay).orElse(true);
    }

    Optional<String> learns(RoomEvent event) {
      if (access.isEmpty()) {
        return Optional.of(event.payload());
      }
      var one = access.get();
      return event.audience().admits(one.guest(), one.role())
          ? Optional.of(type.payload(event, one.guest(), one.role()))
          : Optional.empty();
    }
  }

  private Route ofService(RoomId room, Function<Caller, Route> inner) {
    return house
        .law()
        .types()
        .find(room)
        .map(type -> inner.apply(new Caller(Optional.empty(), type)))
        .orElseGet(() -> complete(response(RoomError.ROOM_TYPE_NOT_REGISTERED)));
  }

  private Route caller(RoomId room, Action action, Function<Caller, Route> inner) {
    return optionalHeaderValueByName(
        Presented.INTERNAL_KEY_HEADER,
        shown ->
            shown.filter(service::is).isPresent()
                ? ofService(room, inner)
                : bearer(
                    token -> verified(token, room, action, inner),
                    () -> complete(response(RoomError.AUTH_FAILED))));
  }

  private Route verified(String token, RoomId room, Action action, Function<Caller, Route> inner) {
    return onSuccess(
        authenticator.verify(token),
        verdict ->
            switch (verdict) {
              case Verdict.User user -> granted(user.participant(), room, action, inner);
              case Verdict.Participant one -> granted(one, room, action, inner);
              case Verdict.Device _, Verdict.Lapsed _ ->
                  complete(response(RoomError.PERMISSION_DENIED));
              case Verdict.Refused refused ->
                  complete(
                      response(
                          refused == Verdict.Refused.EXPIRED
                              ? RoomError.TOKEN_EXPIRED
                              : RoomError.AUTH_FAILED));
              case Verdict.Unavailable _ -> complete(response(RoomError.UNAVAILABLE));
            });
  }

  private Route granted(
      Verdict.Participant one, RoomId room, Action action, Function<Caller, Route> inner) {
    return switch (house.law().judge(one, RoomView.whole(room), action)) {
      case Ruling.Not not -> complete(response(not.why()));
      case Ruling.May may ->
          onSuccess(
              sessions.judge(one.session()),
              over ->
                  over.isPresent()
                      ? complete(response(RoomError.SESSION_REVOKED))
                      : inner.apply(new Caller(Optional.of(may.access()), may.type())));
    };
  }

  // ── publish ──

  private static Publication wanted(RoomId room, Body body, Caller author, Optional<String> key) {
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

  private CompletionStage<HttpResponse> publish(RoomId room, Publication wanted) {
    if (wanted.payload().getBytes(StandardCharsets.UTF_8).length > PAYLOAD_BYTES_MAX) {
      return CompletableFuture.completedFuture(response(RoomError.PAYLOAD_TOO_LARGE));
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
                  case Answer.No no -> response(RoomError.of(no.why()));
                  case Answer.Changed _, Answer.Conflict _ -> response(RoomError.UNAVAILABLE);
                });
  }

  // ── read ──

  private Route eventsOf(RoomId room, Caller reader) {
    return optionalHeaderValueByName(
        "Accept",
        accept ->
            accept.filter(types -> types.contains("text/event-stream")).isPresent()
                ? stream(room, reader)
                : past(room, reader));
  }

  private Route past(RoomId room, Caller reader) {
    if (!reader.mayReplay()) {
      return complete(response(RoomError.PERMISSION_DENIED));
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

  private Route stream(RoomId room, Caller reader) {
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
      RoomId room, Caller reader, Optional<String> after, int limit) {
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
      Caller reader,
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
                  case History.Unavailable _ -> done(response(RoomError.UNAVAILABLE));
                });
  }

  private static ObjectNode page(RoomId room, Caller reader, EventId from, History.Events found) {
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

  private HttpResponse response(RoomError error) {
    return Answers.json(error.status(), error.told("a request about a room", clock.instant()));
  }

  private HttpResponse response(RoomError error, String why) {
    return Answers.json(error.status(), error.told("a request about a room", why, clock.instant()));
  }
}
