package io.muster.http.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.auth.Role;
import java.time.Clock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The figures that AegisX tools ask for, in their envelope. Of this node, and for admins: they say
 * how much is going on.
 */
public final class WebSocketRoutes extends Directives {
  private static final int CONNECTIONS_HEALTHY = 900;

  /**
   * @param rooms in which somebody is on this node
   */
  public record House(Guests guests, IntSupplier rooms) {}

  private final House house;
  private final Access access;
  private final Clock clock;

  WebSocketRoutes(House house, Access access, Clock clock) {
    this.house = house;
    this.access = access;
    this.clock = clock;
  }

  // formatter:off
  Route all() {
    return concat(
        path("health",          () -> get(()  -> figures(this::health))),
        path("health-detailed", () -> get(()  -> figures(this::stats))),
        path("stats",           () -> get(()  -> figures(this::stats))),
        path("queue-status",    () -> get(()  -> figures(this::queues))),
        path("cleanup",         () -> post(() -> figures(this::cleanup))));
  }
  // formatter:on

  private Route figures(Supplier<ObjectNode> data) {
    return access.as(
        Role.ADMIN,
        _ ->
            complete(
                Answers.json(200, Json.object().put("success", true).set("data", data.get()))));
  }

  private int connections() {
    return house.guests().count(Guests.Kind.GUEST);
  }

  private ObjectNode health() {
    return Json.object()
        .put("status", connections() < CONNECTIONS_HEALTHY ? "healthy" : "busy")
        .put("connections", connections())
        .put("timestamp", Json.instant(clock.instant()));
  }

  private ObjectNode stats() {
    var json = Json.object();
    json.putObject("connections")
        .put("total", connections())
        .put("authenticated", connections())
        .put("anonymous", 0);
    json.set("queues", queues());
    json.putObject("rooms").put("total", house.rooms().getAsInt());
    return json.put("timestamp", Json.instant(clock.instant()));
  }

  /** Nothing waits in a queue of its own: what is published is told in its order. */
  private ObjectNode queues() {
    return Json.object()
        .put("critical", 0)
        .put("high", 0)
        .put("normal", 0)
        .put("low", 0)
        .put("totalQueued", 0)
        .put("processingActive", false);
  }

  /** Who listens and says nothing is not idle, so there is nobody to be sent away. */
  private ObjectNode cleanup() {
    return Json.object().put("cleaned", 0);
  }
}
