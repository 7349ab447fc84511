package io.muster.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.Reason;
import io.muster.actors.device.DeviceSessions.Comer;
import io.muster.actors.session.SessionJudge;
import io.muster.actors.session.UserSession;
import io.muster.http.auth.Authenticator;
import io.muster.http.auth.Presented;
import io.muster.http.auth.Verdict;
import io.muster.http.dashboard.DashboardDoor;
import io.muster.http.dashboard.DashboardDoor.Shown;
import io.muster.http.device.DeviceDoor;
import io.muster.http.edge.Ending;
import io.muster.http.edge.Handshake;
import io.muster.http.edge.Handshake.Dialect;
import io.muster.http.edge.SocketApplication;
import io.muster.http.room.RoomDoor;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Who comes in by a socket is shown to the right door. What retrying can never change is refused;
 * everything else closes the transport, so that the client's own back-off brings it here again.
 */
public final class Reception implements SocketApplication {
  private static final int TOKEN_CHARS_MAX = 8_192;

  private final Authenticator authenticator;
  private final SessionJudge sessions;
  private final DeviceDoor devices;
  private final DashboardDoor dashboards;
  private final RoomDoor rooms;
  private final Telemetry telemetry;
  private final String cookieName;

  public Reception(
      Authenticator authenticator,
      SessionJudge sessions,
      DeviceDoor devices,
      DashboardDoor dashboards,
      RoomDoor rooms,
      Telemetry telemetry,
      String cookieName) {
    this.authenticator = authenticator;
    this.sessions = sessions;
    this.devices = devices;
    this.dashboards = dashboards;
    this.rooms = rooms;
    this.telemetry = telemetry;
    this.cookieName = cookieName;
  }

  @Override
  public void joining(Joining client) {
    if (!client.namespace().equals("/")) {
      client.refuse("Invalid namespace", Json.object());
      return;
    }
    var token = token(client.auth());
    var cookie =
        client.handshake().cookie().flatMap(header -> Presented.cookie(header, cookieName));
    if (token.isPresent()) {
      authenticator.verify(token.get()).thenAccept(verdict -> judge(client, verdict));
    } else if (cookie.isPresent()) {
      authenticator.verify(cookie.get()).thenAccept(verdict -> judgeCookie(client, verdict));
    } else {
      telemetry.turnedAway(Reason.NO_CREDENTIALS);
      withoutCredentials(client);
    }
  }

  @Override
  public OptionalInt comeAgainAfterSeconds() {
    return devices.comeAgainAfterSeconds();
  }

  private static Optional<String> token(ObjectNode auth) {
    var token = auth.path("token");
    return token.isTextual()
            && !token.asText().isEmpty()
            && token.asText().length() <= TOKEN_CHARS_MAX
        ? Optional.of(token.asText())
        : Optional.empty();
  }

  /** A page may get its cookie meanwhile; a device or tool without a token will never have one. */
  private static void withoutCredentials(Joining client) {
    if (client.handshake().origin().isPresent()
        && client.handshake().dialect() == Dialect.SOCKET_IO) {
      client.turnAway(Ending.ABORTED);
    } else {
      refuse(client, Verdict.Refused.INVALID);
    }
  }

  private void judge(Joining client, Verdict verdict) {
    switch (verdict) {
      case Verdict.Device device when mayEnter(client, "/ws/device") ->
          enter(client, device, false);
      case Verdict.Lapsed lapsed when mayEnter(client, "/ws/device") ->
          enter(client, lapsed.device(), true);
      case Verdict.Participant participant when isSocketIo(client) ->
          enter(client, participant, Shown.TOKEN);
      case Verdict.User user when isForRoom(client) ->
          enter(client, user.participant(), Shown.TOKEN);
      case Verdict.User user when mayEnter(client, "/ws/dashboard") ->
          enter(client, user, Shown.TOKEN);
      case Verdict.Device _, Verdict.Lapsed _, Verdict.User _, Verdict.Participant _ -> {
        telemetry.turnedAway(Reason.FORBIDDEN);
        refuse(client, Verdict.Refused.INVALID);
      }
      case Verdict.Refused refused -> {
        telemetry.turnedAway(reason(refused));
        refuse(client, refused);
      }
      case Verdict.Unavailable _ -> unavailable(client);
    }
  }

  /** REST silently renews a cookie, so a bad one is never the last word. */
  private void judgeCookie(Joining client, Verdict verdict) {
    switch (verdict) {
      case Verdict.User user when isForRoom(client) ->
          enter(client, user.participant(), Shown.COOKIE);
      case Verdict.User user when mayEnter(client, "/ws/dashboard") ->
          enter(client, user, Shown.COOKIE);
      case Verdict.User _, Verdict.Device _, Verdict.Lapsed _, Verdict.Participant _ -> {
        telemetry.turnedAway(Reason.FORBIDDEN);
        client.turnAway(Ending.ABORTED);
      }
      case Verdict.Refused refused -> {
        telemetry.turnedAway(reason(refused));
        client.turnAway(Ending.ABORTED);
      }
      case Verdict.Unavailable _ -> unavailable(client);
    }
  }

  /** Each plain WebSocket path is for one kind; Socket.IO tells them apart by the token alone. */
  private static boolean mayEnter(Joining client, String plainPath) {
    Handshake handshake = client.handshake();
    return handshake.dialect() == Dialect.SOCKET_IO || handshake.path().equals(plainPath);
  }

  private static boolean isSocketIo(Joining client) {
    return client.handshake().dialect() == Dialect.SOCKET_IO;
  }

  /** A user who names a session wants to be there, and not at the dashboard. */
  private static boolean isForRoom(Joining client) {
    return isSocketIo(client) && client.handshake().query().containsKey(RoomDoor.SESSION);
  }

  private void enter(Joining client, Verdict.Device device, boolean isLapsed) {
    boolean acknowledges =
        client.handshake().dialect() == Dialect.PLAIN
            || acknowledges(client.auth().path("capabilities"));
    devices.enter(
        new Comer(device.id(), device.org(), device.proof(isLapsed), acknowledges), client);
  }

  /** A list that contains {@code deliveryAck}, or an object in which it is true. */
  private static boolean acknowledges(JsonNode capabilities) {
    if (capabilities.isArray()) {
      for (JsonNode capability : capabilities) {
        if (capability.asText().equals("deliveryAck")) {
          return true;
        }
      }
      return false;
    }
    return capabilities.path("deliveryAck").asBoolean(false)
        && capabilities.path("deliveryAck").isBoolean();
  }

  private void enter(Joining client, Verdict.User user, Shown shown) {
    unlessOver(
        client,
        user.session(),
        shown,
        () -> {
          var visitor = new DashboardDoor.Visitor(user.session(), user.role().word(), shown);
          client.loop().execute(() -> dashboards.enter(visitor, client));
        });
  }

  private void enter(Joining client, Verdict.Participant participant, Shown shown) {
    unlessOver(
        client,
        participant.session(),
        shown,
        () -> client.loop().execute(() -> rooms.enter(participant, client)));
  }

  private void unlessOver(Joining client, UserSession session, Shown shown, Runnable enter) {
    sessions
        .judge(session)
        .thenAccept(
            over -> {
              if (over.isPresent()) {
                telemetry.turnedAway(Reason.REVOKED);
                over(client, shown);
              } else {
                enter.run();
              }
            });
  }

  private static void over(Joining client, Shown shown) {
    switch (shown) {
      case TOKEN -> refuse(client, Verdict.Refused.INVALID);
      case COOKIE -> client.turnAway(Ending.ABORTED);
    }
  }

  private void unavailable(Joining client) {
    telemetry.turnedAway(Reason.UNAVAILABLE);
    client.turnAway(Ending.ABORTED);
  }

  private static void refuse(Joining client, Verdict.Refused refused) {
    client.refuse(refused.message(), Json.object().put("code", refused.code()));
  }

  private static Reason reason(Verdict.Refused refused) {
    return switch (refused) {
      case EXPIRED -> Reason.EXPIRED;
      case INVALID -> Reason.INVALID;
    };
  }
}
