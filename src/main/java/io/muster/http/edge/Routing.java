package io.muster.http.edge;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * How requests reach the routes, the same for all connections.
 *
 * @param routes what {@code route.seal().function(system)} gives
 * @param executor where routes run, never an event loop
 */
public record Routing(
    Function<HttpRequest, CompletionStage<HttpResponse>> routes,
    Executor executor,
    Materializer materializer,
    HttpLimits limits,
    TrustedProxies proxies,
    BodyBudget bodies) {

  /** Runs the routes on the system's default dispatcher. */
  public static Routing of(
      ActorSystem<?> system,
      Function<HttpRequest, CompletionStage<HttpResponse>> routes,
      HttpLimits limits,
      TrustedProxies proxies) {
    return new Routing(
        routes,
        system.classicSystem().dispatcher()::execute,
        Materializer.matFromSystem(system.classicSystem()),
        limits,
        proxies,
        new BodyBudget(limits.bodiesBytes()));
  }

  /** Lets go of an answer nobody wants; a stream that is not cancelled would run for ever. */
  void discard(HttpResponse answer) {
    if (!answer.entity().isStrict()) {
      answer.entity().getDataBytes().runWith(Sink.cancelled(), materializer);
    }
  }
}
