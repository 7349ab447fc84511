package io.muster.app.swarm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/** Open tabs of one organisation's dashboard. Confined to the swarm's loop, but for the start. */
final class Dashboards {
  private static final int IN_FLIGHT = 100;

  /** Who looks at what a dashboard is told. */
  interface Watcher {
    void told(String event, ByteBuf array);
  }

  private final Swarm swarm;
  private final byte[] credentials;
  private final byte[] join;
  private final int count;
  private final CompletableFuture<Void> all = new CompletableFuture<>();
  private Watcher watcher = (_, _) -> {};
  private int opened;
  private int settled;
  private int watching;
  private long events;

  /**
   * @param userToken of the organisation; its claims name it
   */
  Dashboards(Swarm swarm, int count, String userToken) {
    this.swarm = swarm;
    this.count = count;
    credentials = Payloads.utf8("{\"token\":\"" + userToken + "\"}");
    join =
        Payloads.utf8(
            "[\"join:organization\",{\"organizationId\":\"%s\"}]"
                .formatted(Identity.of(userToken).organizationId()));
  }

  /** Completes when each has joined its organisation, or has failed to. */
  CompletableFuture<Void> start() {
    swarm.loop().execute(this::openMore);
    return all;
  }

  void watch(Watcher by) {
    watcher = by;
  }

  /** How many have joined and are still there. */
  int watching() {
    return watching;
  }

  /** On the loop. */
  ObjectNode figures() {
    return Json.MAPPER
        .createObjectNode()
        .put("dashboards", watching)
        .put("dashboardEvents", events);
  }

  private void openMore() {
    while (opened < count && opened - settled < IN_FLIGHT) {
      opened++;
      new Tab().open();
    }
    if (settled == count) {
      all.complete(null);
    }
  }

  /** One tab; it does not come back, as a missing one must be seen in the figures. */
  private final class Tab implements Connection.Client {
    private Connection connection;
    private boolean joined;
    private boolean over;

    private void open() {
      connection = swarm.open(this);
    }

    @Override
    public void opened(FromGateway.Open open) {
      connection.send("40", credentials);
    }

    @Override
    public void heard(FromGateway message) {
      switch (message) {
        case FromGateway.Joined _ -> connection.send("420", join);
        case FromGateway.Ack ack -> joined(Json.succeeded(ack.array()));
        case FromGateway.Event event -> {
          events++;
          watcher.told(event.name(), event.array());
        }
        case FromGateway.Refused refused -> drop(refused.message());
        case FromGateway.Dismissed _ -> drop("disconnected by the gateway");
        case FromGateway.Open _, FromGateway.Ping _, FromGateway.Other _ -> {}
      }
    }

    private void drop(String why) {
      swarm.tally().because("dashboard: " + why);
      connection.drop(why);
    }

    private void joined(boolean success) {
      if (!success) {
        drop("may not join its organisation");
      } else if (!joined) {
        joined = true;
        watching++;
        settle();
      }
    }

    @Override
    public void ended(String reason) {
      if (over) {
        return;
      }
      over = true;
      if (joined) {
        watching--;
      } else {
        settle();
      }
    }

    private void settle() {
      settled++;
      openMore();
    }
  }
}
