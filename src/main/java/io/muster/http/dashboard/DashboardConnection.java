package io.muster.http.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.dashboard.DashboardSession;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.dashboard.ToDashboard.Sampled;
import io.muster.actors.dashboard.ToDashboard.Told;
import io.muster.actors.device.Answer;
import io.muster.actors.device.DeviceCommand;
import io.muster.actors.session.Cause;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.edge.Ending;
import io.muster.http.edge.EventAllowance;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Handshake.Dialect;
import io.muster.http.edge.Socket;
import io.muster.http.edge.SocketApplication.Joining;
import io.muster.http.edge.SocketHandler;
import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One dashboard's socket: news of its organisation out, the rooms it asks for in. */
final class DashboardConnection implements SocketHandler, DashboardSession.Screen {
  private static final Logger log = LoggerFactory.getLogger(DashboardConnection.class);

  private static final int ROOMS_MAX = 100;

  // The hooks attach their listeners only after the page has rendered again; the picture is
  // harmless to repeat.
  private static final long REPEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  // Twenty thousand devices are not to be read and written for each little event.
  private static final long REPEAT_EVERY_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final DashboardDoor.Visitor visitor;
  private final Joining client;
  private final DashboardDoor door;
  private final EventLoop loop;
  private final Language language;
  private final DashboardSession session;
  private final Set<String> rooms = new HashSet<>();
  private Socket socket;
  private Easel easel;
  private final EventAllowance events;
  private long nextRepeat = System.nanoTime();
  private boolean isRepeatDue;
  private boolean isOpen;
  private boolean hasEnded;

  DashboardConnection(DashboardDoor.Visitor visitor, Joining client, DashboardDoor door) {
    this.visitor = visitor;
    this.client = client;
    this.door = door;
    this.loop = client.loop();
    this.language = door.language(client.handshake().dialect());
    this.session = new DashboardSession(visitor.org(), door.roster(), this, loop);
    this.events = new EventAllowance(door.events());
  }

  void open() {
    socket = client.accept(this);
    if (hasEnded) {
      return; // it had gone before it was let in
    }
    easel = new Easel(socket, language);
    isOpen = true;
    door.guests().came(socket, Guests.Kind.DASHBOARD);
    if (client.handshake().dialect() == Dialect.PLAIN) {
      socket.send(door.joined(visitor));
    }
    door.telemetry().dashboardCame();
    door.watchers()
        .add(visitor.session(), this); // before the picture, or a change in between would be lost
    session.open();
  }

  EventLoop loop() {
    return loop;
  }

  Language language() {
    return language;
  }

  // ── out ──

  /** Never throws: those who are told after this one have done nothing wrong. */
  void offer(Watchers.Told told) {
    try {
      // Hints come again; a watcher who is behind is better served by the facts.
      boolean isShed = told.news() instanceof Sampled && easel.isBehind();
      if (!isShed && isFor(told.news()) && session.admits(told.news())) {
        told.frames().forEach(socket::send);
      }
    } catch (RuntimeException e) {
      log.error("News could not be told to a dashboard; it comes back for a new picture", e);
      socket.end(Ending.ABORTED);
    }
  }

  private boolean isFor(ToDashboard news) {
    return !(news instanceof Told t) || t.user().map(visitor.user()::equals).orElse(true);
  }

  @Override
  public void picture(List<DeviceView> devices, Runnable shown) {
    easel.show(devices, shown);
  }

  @Override
  public void news(ToDashboard news) {
    language.news(news).forEach(socket::send);
  }

  /** The session behind this connection is over, although its token may not be. */
  void expire(Cause why) {
    socket.send(Frame.event("session:expired", Json.object().put("reason", why.word())));
    socket.end(visitor.shown().whenOver());
  }

  // ── in ──

  @Override
  public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {
    if (!events.takes()) {
      door.telemetry().shed();
      answer(acknowledge, door.envelope().failure("rate_limited"));
      return;
    }
    var said = arguments.isEmpty() ? Json.object() : arguments.getFirst();
    switch (name) {
      case "join:organization" -> joinOrganization(said, acknowledge);
      case "join:room" -> joinRoom(said, acknowledge);
      case "leave:room" -> leaveRoom(said, acknowledge);
      // A browser cannot see protocol pings; the answer shows it that the path is alive.
      case "ping" -> answer(acknowledge, door.envelope().success());
      // Sent by existing dashboards and meant for nobody: a dashboard never speaks to devices.
      case "device:update", "playlist:update" -> answer(acknowledge, door.envelope().success());
      default -> {
        door.telemetry().unknownEvent();
        answer(acknowledge, door.envelope().failure("unknown_event"));
      }
    }
  }

  private void joinOrganization(JsonNode said, Optional<Acknowledge> acknowledge) {
    var wanted = only(said, "organizationId");
    if (wanted.isEmpty()) {
      refuse("join:organization", "Organization ID required", acknowledge);
    } else if (!wanted.get().equals(visitor.org().value())) {
      refuse("join:organization", "Unauthorized: organization mismatch", acknowledge);
    } else {
      var joined = Json.object().put("organizationId", wanted.get());
      answer(
          acknowledge, door.envelope().success(Json.object().put("joined", true).setAll(joined)));
      socket.send(
          Frame.event(
              "joined:organization", joined.deepCopy().put("timestamp", door.envelope().now())));
      repeatSoon();
    }
  }

  /** Whoever asks again meanwhile is shown the same one. */
  /** On its loop. However often it is asked for, it is shown once in a while only. */
  void repeatSoon() {
    if (!isRepeatDue) {
      isRepeatDue = true;
      long wait = Math.max(REPEAT_NANOS, nextRepeat - System.nanoTime());
      loop.schedule(this::repeatPicture, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void repeatPicture() {
    isRepeatDue = false;
    if (!hasEnded) {
      nextRepeat = System.nanoTime() + REPEAT_EVERY_NANOS;
      session.repeat();
    }
  }

  private void joinRoom(JsonNode said, Optional<Acknowledge> acknowledge) {
    var room = only(said, "room");
    if (room.isEmpty()) {
      refuse("join:room", "Room name required", acknowledge);
    } else if (rooms.size() >= ROOMS_MAX) {
      refuse("join:room", "Too many rooms", acknowledge);
    } else if (room.get().startsWith("org:")) {
      boolean isOwn = room.get().equals("org:" + visitor.org());
      if (isOwn) {
        join(room.get(), acknowledge);
      } else {
        refuse("join:room", "Unauthorized: organization mismatch", acknowledge);
      }
    } else if (room.get().startsWith("device:")) {
      joinDevice(room.get(), acknowledge);
    } else {
      refuse("join:room", "Invalid room name", acknowledge);
    }
  }

  private void joinDevice(String room, Optional<Acknowledge> acknowledge) {
    DeviceId device;
    try {
      device = new DeviceId(room.substring("device:".length()));
    } catch (IllegalArgumentException e) {
      refuse("join:room", "Invalid room name", acknowledge);
      return;
    }
    door.devices()
        .ask(device, replyTo -> new DeviceCommand.Describe(visitor.org(), replyTo))
        .thenAcceptAsync(
            answer -> {
              if (answer instanceof Answer.Described) {
                join(room, acknowledge);
              } else {
                refuse("join:room", "Unauthorized: cannot join this device room", acknowledge);
              }
            },
            loop);
  }

  /** Others may have been joined while a device was asked. */
  private void join(String room, Optional<Acknowledge> acknowledge) {
    if (rooms.size() >= ROOMS_MAX && !rooms.contains(room)) {
      refuse("join:room", "Too many rooms", acknowledge);
      return;
    }
    rooms.add(room);
    answer(
        acknowledge, door.envelope().success(Json.object().put("joined", true).put("room", room)));
  }

  private void leaveRoom(JsonNode said, Optional<Acknowledge> acknowledge) {
    var room = only(said, "room");
    if (room.isEmpty()) {
      refuse("leave:room", "Room name required", acknowledge);
    } else if (rooms.remove(room.get())) {
      answer(
          acknowledge,
          door.envelope().success(Json.object().put("left", true).put("room", room.get())));
    } else {
      answer(acknowledge, door.envelope().failure("Not a member of this room"));
    }
  }

  /** A control message has its one field and nothing else. */
  private static Optional<String> only(JsonNode said, String field) {
    boolean isWellFormed = said.isObject() && said.size() == 1 && said.path(field).isTextual();
    return Optional.of(said.path(field).asText())
        .filter(value -> isWellFormed && !value.isEmpty() && value.length() <= 256);
  }

  private void refuse(String event, String why, Optional<Acknowledge> acknowledge) {
    answer(acknowledge, door.envelope().failure(why));
    socket.send(Frame.event("error", Json.object().put("event", event).put("message", why)));
  }

  private static void answer(Optional<Acknowledge> acknowledge, ObjectNode answer) {
    acknowledge.ifPresent(a -> a.with(answer));
  }

  @Override
  public void ended() {
    hasEnded = true;
    if (isOpen) {
      easel.end();
      door.watchers().remove(visitor.session(), this);
      door.guests().left(socket);
      door.telemetry().dashboardLeft();
      session.ended();
    }
  }
}
