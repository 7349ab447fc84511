package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.Held;
import io.muster.actors.room.Mutation;
import io.muster.actors.room.Mutation.Kind;
import io.muster.actors.room.Mutation.Policy;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.Sight;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.Rooms;
import io.muster.actors.room.type.FeatureType;
import io.muster.http.Json;
import io.muster.http.room.RoomError;
import io.muster.http.room.feature.AegisX;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The entities that this gateway keeps for a feature. Each answer about one has its version as an
 * {@code ETag}; who sends it back as {@code If-Match} changes nothing that has changed meanwhile.
 */
public final class FeatureRoutes extends Directives {
  private static final Pattern VERSION = Pattern.compile("(?:W/)?\"?(\\d{1,18})\"?");

  private final Rooms rooms;
  private final Predicate<String> isHosted;
  private final RoomCallers callers;
  private final Clock clock;

  FeatureRoutes(Rooms rooms, Predicate<String> isHosted, RoomCallers callers, Clock clock) {
    this.rooms = rooms;
    this.isHosted = isHosted;
    this.callers = callers;
    this.clock = clock;
  }

  // formatter:off
  /** {@code /features/{f}/entities/{e}} */
  Route all(String feature, String entity) {
    return place(feature, entity, at -> methods(
        get(()  -> callers.as(at, Action.SUBSCRIBE, _ -> answer(list(at, entity)))),
        post(() -> callers.as(at, Action.CREATE, caller ->
            change(at, entity, Kind.CREATE, Optional.empty(), Policy.FIELD_MERGE, caller)))));
  }

  /** {@code /features/{f}/entities/{e}/{id}} */
  Route one(String feature, String entity, String id) {
    var named = Optional.of(id);
    return place(feature, entity, at -> methods(
        get(()    -> callers.as(at, Action.SUBSCRIBE, _ -> answer(find(at, entity, id)))),
        put(()    -> callers.as(at, Action.UPDATE, caller -> change(at, entity, Kind.REPLACE, named, Policy.STRICT, caller))),
        patch(()  -> callers.as(at, Action.UPDATE, caller -> change(at, entity, Kind.UPDATE, named, Policy.FIELD_MERGE, caller))),
        delete(() -> callers.as(at, Action.DELETE, caller -> ifMatch(base -> idempotencyKey(key ->
            answer(changed(at, mutation(entity, Kind.DELETE, named, "{}", base, Policy.STRICT, caller, key)))))))));
  }
  // formatter:on

  private Route place(String feature, String entity, Function<RoomView, Route> inner) {
    return callers.room(
        () -> FeatureType.entity(new RoomId(FeatureType.NAME, feature), entity).room(),
        room ->
            isHosted.test(feature)
                ? inner.apply(FeatureType.entity(room, entity))
                : complete(
                    callers.response(
                        RoomError.NOT_FOUND, "this feature's entities are not kept here")));
  }

  // ── change ──

  private Route ifMatch(Function<OptionalLong, Route> inner) {
    return optionalHeaderValueByName(
        "If-Match", header -> inner.apply(header.map(this::version).orElse(OptionalLong.empty())));
  }

  private OptionalLong version(String header) {
    var matcher = VERSION.matcher(header.strip());
    if (header.strip().equals("*")) {
      return OptionalLong.empty();
    }
    Body.require(matcher.matches(), "If-Match is a version, as the ETag says it");
    return OptionalLong.of(Long.parseLong(matcher.group(1)));
  }

  private Route change(
      RoomView at,
      String entity,
      Kind kind,
      Optional<String> id,
      Policy policy,
      RoomCallers.Caller caller) {
    return ifMatch(
        base ->
            idempotencyKey(
                key ->
                    json(
                        body ->
                            changed(
                                at,
                                mutation(
                                    entity, kind, id, fields(body), base, policy, caller, key)))));
  }

  private static String fields(JsonNode body) {
    Body.require(body.isObject(), "the body is an object");
    return Json.text(body);
  }

  private static Mutation mutation(
      String entity,
      Kind kind,
      Optional<String> id,
      String fields,
      OptionalLong base,
      Policy policy,
      RoomCallers.Caller caller,
      Optional<String> key) {
    return new Mutation(
        key.orElseGet(() -> UUID.randomUUID().toString()),
        entity,
        kind,
        id,
        fields,
        base,
        policy,
        caller.name());
  }

  private CompletionStage<HttpResponse> changed(RoomView at, Mutation wanted) {
    return rooms
        .mutate(at.room(), wanted)
        .thenApply(
            answer ->
                switch (answer) {
                  case Answer.Changed done -> done(wanted.kind(), done);
                  case Answer.Conflict conflict -> conflict(wanted.kind(), conflict.current());
                  case Answer.No no -> callers.response(RoomError.of(no.why()));
                  case Answer.Done _ -> callers.response(RoomError.INTERNAL_ERROR);
                });
  }

  private static HttpResponse done(Kind kind, Answer.Changed done) {
    var json =
        Json.object()
            .put("id", done.entityId())
            .put("version", done.version())
            .put("eventId", done.id().toString());
    done.data().ifPresent(data -> json.set("data", Json.parse(data)));
    return tagged(Answers.json(kind == Kind.CREATE ? 201 : 200, json), done.version());
  }

  /** What was to be created is there already; what was to be changed has changed. */
  private HttpResponse conflict(Kind kind, Held current) {
    int status = kind == Kind.CREATE ? 409 : 412;
    ObjectNode told =
        RoomError.VERSION_CONFLICT
            .told("a change of an entity", clock.instant())
            .put("statusCode", status);
    told.set("current", AegisX.entity(current));
    return tagged(Answers.json(status, told), current.version());
  }

  private static HttpResponse tagged(HttpResponse response, long version) {
    return response.addHeader(RawHeader.create("ETag", "\"" + version + "\""));
  }

  // ── read ──

  private CompletionStage<HttpResponse> list(RoomView at, String entity) {
    return rooms
        .look(at.room(), Optional.of(entity))
        .thenApply(
            sight ->
                switch (sight) {
                  case Sight.Unavailable _ -> callers.response(RoomError.UNAVAILABLE);
                  case Sight.Seen seen -> {
                    var json = Json.object().put("lastEventId", seen.head().toString());
                    json.set("items", Json.array(seen.held(), AegisX::entity));
                    yield Answers.json(200, json);
                  }
                });
  }

  private CompletionStage<HttpResponse> find(RoomView at, String entity, String id) {
    return rooms
        .look(at.room(), Optional.of(entity))
        .thenApply(
            sight ->
                switch (sight) {
                  case Sight.Unavailable _ -> callers.response(RoomError.UNAVAILABLE);
                  case Sight.Seen seen ->
                      seen.held().stream()
                          .filter(held -> held.id().equals(id))
                          .findFirst()
                          .map(
                              held ->
                                  tagged(Answers.json(200, AegisX.entity(held)), held.version()))
                          .orElseGet(() -> callers.response(RoomError.NOT_FOUND));
                });
  }
}
