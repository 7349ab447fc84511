package io.muster.http.api;

import io.muster.actors.room.Action;
import io.muster.actors.room.RoomEvent;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomType;
import io.muster.actors.room.RoomView;
import io.muster.http.auth.Presented;
import io.muster.http.auth.Verdict.Participant;
import io.muster.http.room.Bouncer;
import io.muster.http.room.RoomError;
import io.muster.http.room.RoomLaw;
import io.muster.http.room.RoomLaw.Access;
import io.muster.http.room.RoomLaw.Ruling;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** Who asks about rooms over HTTP: a service with its key, or somebody with a token. */
public final class RoomCallers extends Directives {
  private final Bouncer bouncer;
  private final RoomLaw law;
  private final ServiceKey service;
  private final Clock clock;

  RoomCallers(Bouncer bouncer, RoomLaw law, ServiceKey service, Clock clock) {
    this.bouncer = bouncer;
    this.law = law;
    this.service = service;
    this.clock = clock;
  }

  /**
   * @param access empty for a service, which answers for its users and may know everything
   */
  record Caller(Optional<Access> access, RoomType type) {
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

  /** Answers for what names no room. */
  Route room(Supplier<RoomId> read, Function<RoomId, Route> inner) {
    RoomId id;
    try {
      id = read.get();
    } catch (IllegalArgumentException e) {
      return complete(response(RoomError.INVALID_ROOM_ID, e.getMessage()));
    }
    return inner.apply(id);
  }

  /** Runs the inner route for who may do that there. */
  Route as(RoomView place, Action action, Function<Caller, Route> inner) {
    return optionalHeaderValueByName(
        Presented.INTERNAL_KEY_HEADER,
        shown ->
            shown.filter(service::is).isPresent()
                ? ofService(place, inner)
                : bearer(
                    token -> ofToken(token, place, action, inner),
                    () -> complete(response(RoomError.AUTH_FAILED))));
  }

  private Route ofService(RoomView place, Function<Caller, Route> inner) {
    return law.types()
        .find(place.room())
        .map(type -> inner.apply(new Caller(Optional.empty(), type)))
        .orElseGet(() -> complete(response(RoomError.ROOM_TYPE_NOT_REGISTERED)));
  }

  private Route ofToken(
      String token, RoomView place, Action action, Function<Caller, Route> inner) {
    return onSuccess(
        bouncer.verified(token),
        outcome ->
            switch (outcome) {
              case Bouncer.Outcome.Not(RoomError why) -> complete(response(why));
              case Bouncer.Outcome.Later _ -> complete(response(RoomError.UNAVAILABLE));
              case Bouncer.Outcome.In(Participant one) ->
                  switch (law.judge(one, place, action)) {
                    case Ruling.Not(RoomError why) -> complete(response(why));
                    case Ruling.May may ->
                        inner.apply(new Caller(Optional.of(may.access()), may.type()));
                  };
            });
  }

  HttpResponse response(RoomError error) {
    return Answers.json(error.status(), error.told("a request about a room", clock.instant()));
  }

  HttpResponse response(RoomError error, String why) {
    return Answers.json(error.status(), error.told("a request about a room", why, clock.instant()));
  }
}
