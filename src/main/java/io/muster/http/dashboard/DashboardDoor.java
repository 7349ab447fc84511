package io.muster.http.dashboard;

import io.muster.actors.OrgId;
import io.muster.actors.Roster;
import io.muster.actors.Telemetry;
import io.muster.actors.device.Devices;
import io.muster.actors.session.UserSession;
import io.muster.http.Envelope;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.edge.Allowance;
import io.muster.http.edge.Ending;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Handshake.Dialect;
import io.muster.http.edge.SocketApplication.Joining;
import java.time.Duration;

/**
 * Where dashboards come in, and what all their connections share.
 *
 * @param telling away for so long, a device is offline to existing dashboards
 */
public record DashboardDoor(
    Devices devices,
    Roster roster,
    Watchers watchers,
    Guests guests,
    Envelope envelope,
    Allowance events,
    Telemetry telemetry,
    Duration telling) {

  /**
   * @param role as it is told to the client, in lower case
   */
  public record Visitor(UserSession session, String role, Shown shown) {
    OrgId org() {
      return session.org();
    }

    String user() {
      return session.user();
    }
  }

  /** By what a visitor was let in. */
  public enum Shown {
    /** It will never be let in by this one again. */
    TOKEN(Ending.REVOKED),
    /** A page has a new one as soon as its user has signed in, and comes back by itself. */
    COOKIE(Ending.RESTARTING);

    private final Ending whenOver;

    Shown(Ending whenOver) {
      this.whenOver = whenOver;
    }

    /** How the connection ends with the session; what was said before still reaches the client. */
    Ending whenOver() {
      return whenOver;
    }
  }

  public void enter(Visitor visitor, Joining client) {
    var connection = new DashboardConnection(visitor, client, this);
    connection.open();
  }

  Frame joined(Visitor visitor) {
    return Frame.event(
        "joined",
        Json.object()
            .put("organizationId", visitor.org().value())
            .put("userId", visitor.user())
            .put("role", visitor.role()));
  }

  Language language(Dialect dialect) {
    return switch (dialect) {
      case SOCKET_IO -> new ExistingDashboards(envelope.clock(), telling);
      case PLAIN -> new Console();
    };
  }
}
