package io.muster.http.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.Json;
import io.muster.http.auth.Presented;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Route;

/** Health, state and metrics where existing monitoring looks for them, in the bodies it knows. */
public final class BackEndHealth extends Directives {

  /**
   * @param redis whether it answers; empty where none is used. Never decides over readiness, for
   *     nothing is delivered through it
   * @param mayScrape a form of its own: here being on this machine is enough
   */
  public record House(Supplier<Optional<Boolean>> redis, Predicate<OpsRoutes.Visitor> mayScrape) {}

  private final OpsRoutes.Health health;
  private final House house;
  private final OpsRoutes ops;

  BackEndHealth(OpsRoutes.Health health, House house, OpsRoutes ops) {
    this.health = health;
    this.house = house;
    this.ops = ops;
  }

  // formatter:off
  /** Below {@code /api}. */
  Route all() {
    return concat(
        pathPrefix("health", () -> concat(
            pathEndOrSingleSlash(() -> get(() -> complete(overview()))),
            path("live",         () -> get(() -> complete(Answers.json(200, Json.object().put("status", "ok"))))),
            path("ready",        () -> get(() -> complete(ready()))))),
        path("status",           () -> get(() -> complete(Answers.json(200, STATUS)))),
        pathPrefix("internal",   () -> path("metrics", this::metrics)));
  }
  // formatter:on

  // Of the contract that is kept here, and in its words; our own version is in the health.
  private static final ObjectNode STATUS =
      Json.object()
          .put("status", "running")
          .put("service", "Vizora Realtime Gateway")
          .put("version", "1.0.0")
          .put("websocket", "active");

  private HttpResponse overview() {
    var parts = health.parts().get();
    var redis = house.redis().get();
    var now = health.clock().instant();
    var json =
        Json.object()
            .put("status", word(parts, redis))
            .put("service", "realtime-gateway")
            .put("version", health.version())
            .put("timestamp", Json.instant(now))
            .put("uptime", Duration.between(health.startedAt(), now).toSeconds());
    var dependencies = json.putObject("dependencies");
    redis.ifPresentOrElse(
        works -> dependency(dependencies, "redis", works, "no answer to PING"),
        () -> dependencies.putObject("redis").put("status", "not_configured"));
    dependency(dependencies, "database", parts.journal(), "the journal cannot be read");
    dependency(dependencies, "websocket", !parts.isLeaving(), "this node is leaving");
    return Answers.json(200, json);
  }

  private static String word(OpsRoutes.Health.Parts parts, Optional<Boolean> redis) {
    return parts.word().equals("healthy") && !redis.orElse(true) ? "degraded" : parts.word();
  }

  private static void dependency(ObjectNode all, String name, boolean works, String otherwise) {
    var one = all.putObject(name).put("status", works ? "healthy" : "unhealthy");
    if (!works) {
      one.put("error", otherwise);
    }
  }

  private HttpResponse ready() {
    boolean isReady = health.parts().get().isReady();
    return Answers.json(
        isReady ? 200 : 503,
        Json.object().put("status", isReady ? "ready" : "not ready").put("ready", isReady));
  }

  private Route metrics() {
    return get(
        () ->
            client(
                client ->
                    optionalHeaderValueByName(
                        "Authorization",
                        authorization ->
                            complete(
                                house
                                        .mayScrape()
                                        .test(
                                            new OpsRoutes.Visitor(
                                                client, authorization.flatMap(Presented::bearer)))
                                    ? ops.scrape()
                                    : NestAnswers.forbidden(
                                        "metrics are for this machine or for those who have"
                                            + " their token")))));
  }
}
