package io.muster.http.api;

import io.muster.http.Json;
import io.muster.http.auth.Presented;
import io.muster.http.edge.ClientAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Health and metrics. Liveness depends on nothing; readiness on the journal only until it has
 * worked once.
 */
public final class OpsRoutes extends Directives {

  /** What this node knows of itself. */
  public record Health(Supplier<Parts> parts, String version, Instant startedAt, Clock clock) {

    /**
     * @param hasServed the journal has worked at least once since the start
     * @param hearsNews the node's canary is told what it says
     * @param isLeaving the node is shutting down
     */
    public record Parts(
        boolean journal,
        boolean readModel,
        boolean hasServed,
        boolean hearsNews,
        boolean isLeaving) {
      public boolean isReady() {
        return hasServed && hearsNews && !isLeaving;
      }

      public String word() {
        return isReady() ? journal && readModel ? "healthy" : "degraded" : "unhealthy";
      }
    }
  }

  private static final Problem NOT_YOURS =
      Problem.FORBIDDEN.because("metrics are for this machine or for those who have their token");
  private static final ContentType PROMETHEUS =
      ContentTypes.parse("text/plain; version=0.0.4; charset=utf-8");

  private final Health health;
  private final Supplier<String> scrape;
  private final Predicate<Visitor> mayScrape;

  /**
   * @param bearer the token of an {@code Authorization: Bearer} header
   */
  public record Visitor(ClientAddress client, Optional<String> bearer) {}

  OpsRoutes(Health health, Supplier<String> scrape, Predicate<Visitor> mayScrape) {
    this.health = health;
    this.scrape = scrape;
    this.mayScrape = mayScrape;
  }

  Route health() {
    return concat(
        pathEndOrSingleSlash(() -> get(() -> complete(overview()))),
        path(
            "live",
            () -> get(() -> complete(Answers.json(200, Json.object().put("status", "ok"))))),
        path("ready", () -> get(() -> complete(ready()))));
  }

  private HttpResponse overview() {
    var parts = health.parts().get();
    var json =
        Json.object()
            .put("status", parts.word())
            .put("service", "muster")
            .put("version", health.version())
            .put("timestamp", Json.instant(health.clock().instant()))
            .put(
                "uptime",
                Duration.between(health.startedAt(), health.clock().instant()).toSeconds());
    var dependencies = json.putObject("dependencies");
    dependencies.putObject("journal").put("status", word(parts.journal()));
    dependencies.putObject("readModel").put("status", word(parts.readModel()));
    return Answers.json(200, json);
  }

  private static String word(boolean works) {
    return works ? "healthy" : "unhealthy";
  }

  private HttpResponse ready() {
    var parts = health.parts().get();
    var json =
        Json.object()
            .put("status", parts.isReady() ? "ready" : "not ready")
            .put("ready", parts.isReady());
    if (parts.isReady() && !(parts.journal() && parts.readModel())) {
      json.put("degraded", true);
    }
    return Answers.json(parts.isReady() ? 200 : 503, json);
  }

  Route metrics() {
    return get(
        () ->
            client(
                client ->
                    optionalHeaderValueByName(
                        "Authorization",
                        authorization ->
                            mayScrape.test(
                                    new Visitor(client, authorization.flatMap(Presented::bearer)))
                                ? completeWithFuture(
                                    // The fleet is counted for it, which is not for a loop to do.
                                    CompletableFuture.supplyAsync(this::scrape))
                                : complete(NOT_YOURS.response()))));
  }

  HttpResponse scrape() {
    return HttpResponse.create()
        .withStatus(StatusCodes.OK)
        .withEntity(HttpEntities.create(PROMETHEUS, scrape.get().getBytes(StandardCharsets.UTF_8)));
  }
}
