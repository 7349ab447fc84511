package io.muster.http.room.feature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.muster.actors.room.Action;
import io.muster.actors.room.EventId;
import io.muster.actors.room.Heard;
import io.muster.actors.room.Member;
import io.muster.actors.room.RoomCommand.Answer;
import io.muster.actors.room.RoomCommand.Refusal;
import io.muster.actors.room.RoomCommand.Sight;
import io.muster.actors.room.RoomId;
import io.muster.actors.room.RoomSession;
import io.muster.actors.room.RoomView;
import io.muster.actors.room.type.FeatureType;
import io.muster.actors.session.Cause;
import io.muster.http.Guests;
import io.muster.http.Json;
import io.muster.http.auth.Verdict.Participant;
import io.muster.http.edge.Ending;
import io.muster.http.edge.EventAllowance;
import io.muster.http.edge.Frame;
import io.muster.http.edge.Socket;
import io.muster.http.edge.SocketApplication.Joining;
import io.muster.http.edge.SocketHandler;
import io.muster.http.room.Bouncer;
import io.muster.http.room.RoomError;
import io.muster.http.room.RoomLaw.Ruling;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One AegisX client. Confined to its loop. */
final class FeatureConnection implements SocketHandler, Attendance.Client {
  private static final int NAMES_MAX = 100;
  private static final int ROOMS_MAX = 200;
  private static final int ID_MAX = 128;

  private final Joining client;
  private final FeatureDoor door;
  private final EventAllowance events;
  private final Consumer<Cause> whenOver;
  private final Map<RoomId, Attendance> rooms = new LinkedHashMap<>();
  private final List<Runnable> whenAttached = new ArrayList<>();
  private Participant one;
  private Socket socket;
  private ScheduledFuture<?> expiry;
  private boolean hasEnded;

  FeatureConnection(Participant one, Joining client, FeatureDoor door) {
    this.one = one;
    this.client = client;
    this.door = door;
    this.events = new EventAllowance(door.events());
    this.whenOver = why -> client.loop().execute(() -> expire(why.word()));
  }

  /**
   * @param places where it goes on
   */
  void open(String pid, Map<List<RoomView>, EventId> places, boolean isRecovered) {
    socket = client.accept(this, Optional.of(pid));
    if (hasEnded) {
      return; // it had gone before it was let in
    }
    door.guests().came(socket, Guests.Kind.GUEST);
    door.here().came(one.session(), whenOver);
    expireInTime();
    places.forEach((views, at) -> views.forEach(view -> enter(view, Optional.of(at))));
    if (!isRecovered) {
      greet();
    }
    FeatureDoor.inbox(one.session().user()).ifPresent(view -> enter(view, Optional.empty()));
  }

  private void greet() {
    var greeting =
        Json.object()
            .put("socketId", socket.id())
            .put("clientId", socket.id())
            .put("userId", one.session().user())
            .put("authenticated", true)
            .put("priority", "normal")
            .put("timestamp", door.envelope().now())
            .put("server", "muster")
            .put("version", "2.0.0")
            .put("serverVersion", door.version());
    greeting.set(
        "capabilities",
        Json.object()
            .put("eventBus", true)
            .put("priorityQueue", true)
            .put("healthMonitoring", true)
            .put("connectionPooling", false)
            .put("replay", true));
    socket.send(Frame.event("connection:established", greeting));
  }

  private void expireInTime() {
    var life = Duration.between(door.envelope().clock().instant(), one.expiresAt());
    expiry =
        client
            .loop()
            .schedule(() -> expire("expired"), Math.max(0, life.toMillis()), TimeUnit.MILLISECONDS);
  }

  private void expire(String reason) {
    if (hasEnded) {
      return;
    }
    leaveAll(); // before the closing handshake, which the client may draw out
    socket.send(Frame.event("session.revoked", Json.object().put("reason", reason)));
    socket.end(Ending.REVOKED);
  }

  private void leaveAll() {
    rooms.values().forEach(Attendance::end);
    rooms.clear();
  }

  // ── in and out of rooms ──

  /** Empty when it is in, or on its way in. */
  private Optional<RoomError> enter(RoomView view, Optional<EventId> from) {
    return switch (door.law().judge(one, view, Action.SUBSCRIBE)) {
      case Ruling.Not not -> Optional.of(not.why());
      case Ruling.May may -> enter(view, from, may);
    };
  }

  private Optional<RoomError> enter(RoomView view, Optional<EventId> from, Ruling.May may) {
    var known = rooms.get(view.room());
    if (known == null && rooms.size() >= ROOMS_MAX) {
      return Optional.of(RoomError.ROOM_LIMIT_EXCEEDED);
    }
    if (known != null) {
      known.add(view, may.access());
      return Optional.empty();
    }
    var since = from.filter(_ -> may.access().mayReplay());
    var attendance =
        new Attendance(
            view.room(),
            may.type(),
            this,
            line -> new RoomSession(door.rooms(), view.room(), since, client.loop(), line));
    rooms.put(view.room(), attendance);
    attendance.add(view, may.access());
    attendance.open();
    return Optional.empty();
  }

  private void leave(RoomView view) {
    var attendance = rooms.get(view.room());
    if (attendance != null && attendance.remove(view)) {
      attendance.end();
      rooms.remove(view.room());
    }
  }

  @Override
  public void attached() {
    if (rooms.values().stream().allMatch(Attendance::isAttached)) {
      var due = List.copyOf(whenAttached);
      whenAttached.clear();
      due.forEach(Runnable::run);
    }
  }

  private void onceAttached(Runnable deed) {
    whenAttached.add(deed);
    attached();
  }

  // ── out ──

  @Override
  public void event(Attendance of, Heard heard, String payload, EventId before, boolean isReplay) {
    socket.send(AegisX.event(of.room(), heard, payload, before, isReplay, places()));
  }

  /** Empty when the client is in more rooms than fit. */
  private String places() {
    if (rooms.size() > Places.ROOMS_MAX) {
      return "";
    }
    var text = new StringBuilder();
    for (Attendance one : rooms.values()) {
      if (!text.isEmpty()) {
        text.append(';');
      }
      text.append(String.join(",", one.views().stream().map(RoomView::toString).toList()))
          .append('=')
          .append(one.position());
    }
    return text.toString();
  }

  @Override
  public void replayBegins(RoomId room, EventId from, EventId to) {
    socket.send(
        Frame.event(
            "event:replay:start",
            about(room)
                .put("fromEventId", from.toString())
                .put("toEventId", to.toString())
                .put("count", to.seq() - from.seq())));
  }

  @Override
  public void reset(RoomId room, String reason, EventId kept, EventId head) {
    socket.send(
        Frame.event(
            "event:replay:reset",
            about(room)
                .put("reason", reason)
                .put("oldestEventId", kept.toString())
                .put("headEventId", head.toString())));
  }

  @Override
  public void replayComplete(RoomId room, EventId from, EventId last, int told, boolean isWhole) {
    socket.send(
        Frame.event(
            "event:replay:complete",
            about(room)
                .put("fromEventId", from.toString())
                .put("lastEventId", last.toString())
                .put("replayedCount", told)
                .put("mode", isWhole ? "incremental" : "full")));
  }

  private ObjectNode about(RoomId room) {
    return stamped().put("room", room.toString());
  }

  private ObjectNode stamped() {
    return Json.object().put("timestamp", door.envelope().now());
  }

  @Override
  public Member member() {
    return new Member(socket.id(), one.session().user(), Optional.empty());
  }

  @Override
  public void refused(RoomId room) {
    var attendance = rooms.remove(room);
    if (attendance != null) {
      attendance.end();
      deny(room.key(), RoomError.ROOM_FULL);
      attached();
    }
  }

  @Override
  public long owed() {
    return socket.owed();
  }

  // ── in ──

  @Override
  public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {
    if (!events.takes()) {
      refuse(RoomError.RATE_LIMIT_EXCEEDED, acknowledge);
      return;
    }
    JsonNode said = arguments.isEmpty() ? Json.object() : arguments.getFirst();
    switch (name) {
      case "ping" -> answer("pong", stamped(), acknowledge);
      case "subscribe:features" -> subscribe(said, acknowledge);
      case "unsubscribe:features" -> unsubscribe(said, acknowledge);
      case "join:feature" -> join(said.asText(""), "", "joined:feature", acknowledge);
      case "join:entity" ->
          join(
              said.path("feature").asText(""),
              said.path("entity").asText(""),
              "joined:entity",
              acknowledge);
      case "leave:room" -> leave(said.asText(""), acknowledge);
      case "get:rooms" -> answer("rooms:list", here(), acknowledge);
      case "get_stats" -> answer("stats", here().put("connected", true), acknowledge);
      case "room:replay" -> replay(said, acknowledge);
      case "auth:authenticate" -> authenticate(said.path("token").asText(""), acknowledge);
      case "entity:sync" -> sync(said, acknowledge);
      case "entity:lock" -> lock(said, door.rooms()::lock, acknowledge);
      case "entity:unlock" -> lock(said, door.rooms()::unlock, acknowledge);
      case "entity:mutate" ->
          new Mutating(door, one).mutate(said, answer -> onLoop(() -> give(answer, acknowledge)));
      default -> {
        if (acknowledge.isPresent()) {
          refuse(RoomError.VALIDATION_ERROR, acknowledge);
        }
      }
    }
  }

  private void onLoop(Runnable deed) {
    client.loop().execute(deed);
  }

  /** Clients of the existing kind wait for an event, ours for the acknowledgement. */
  private void answer(String event, ObjectNode json, Optional<Acknowledge> acknowledge) {
    socket.send(Frame.event(event, json));
    acknowledge.ifPresent(a -> a.with(json.deepCopy().put("ok", true)));
  }

  private static void give(ObjectNode answer, Optional<Acknowledge> acknowledge) {
    acknowledge.ifPresent(a -> a.with(answer));
  }

  private ObjectNode here() {
    var json = Json.object().put("socketId", socket.id());
    var names = json.putArray("rooms");
    rooms.values().forEach(room -> room.views().forEach(view -> names.add(view.toString())));
    return json;
  }

  private void refuse(RoomError error, Optional<Acknowledge> acknowledge) {
    var told = error.told("a client of features", door.envelope().clock().instant());
    acknowledge.ifPresentOrElse(
        a -> a.with(Json.object().put("ok", false).set("error", told)),
        () -> socket.send(Frame.event("error:general", told)));
  }

  // ── subscriptions ──

  private void subscribe(JsonNode said, Optional<Acknowledge> acknowledge) {
    var features = names(said.path("features"));
    var entities = names(said.path("entities"));
    if (features.isEmpty()
        || entities.isEmpty()
        || features.get().size() * (entities.get().size() + 1) > ROOMS_MAX) {
      refuse(RoomError.VALIDATION_ERROR, acknowledge);
      return;
    }
    Set<String> granted = new LinkedHashSet<>();
    var denied = Json.array();
    for (String feature : features.get()) {
      subscribe(feature, entities.get(), said.path("fromEventIds"), granted).ifPresent(denied::add);
    }
    onceAttached(
        () -> {
          var json = Json.object();
          json.set("features", said.path("features").deepCopy());
          json.set("entities", Json.array(entities.get(), TextNode::valueOf));
          json.set("rooms", Json.array(granted, TextNode::valueOf));
          json.set("denied", denied);
          var last = json.putObject("lastEventIds");
          rooms.forEach((id, room) -> last.put(id.toString(), room.position().toString()));
          json.put("timestamp", door.envelope().now());
          confirm("subscribe:confirmed", json);
          acknowledge.ifPresent(a -> a.with(json.deepCopy().put("ok", true)));
        });
  }

  /** With where the client is now, so that it comes back to all its rooms. */
  private void confirm(String event, ObjectNode json) {
    var places = places();
    socket.send(
        places.isEmpty()
            ? Frame.event(event, json)
            : Frame.event(event, json, TextNode.valueOf(places)));
  }

  /** Why it has got nothing of the feature. */
  private Optional<ObjectNode> subscribe(
      String feature, List<String> entities, JsonNode from, Set<String> granted) {
    Optional<RoomError> why = Optional.empty();
    boolean isIn = false;
    for (RoomView view : views(feature, entities)) {
      var since = EventId.parse(from.path(view.room().toString()).asText(""));
      var refused = enter(view, since);
      if (refused.isEmpty()) {
        granted.add(view.toString());
        isIn = true;
      } else if (why.isEmpty()) {
        why = refused;
      }
    }
    return isIn
        ? Optional.empty()
        : Optional.of(deny(feature, why.orElse(RoomError.INVALID_ROOM_ID)));
  }

  private static List<RoomView> views(String feature, List<String> entities) {
    var views = new ArrayList<RoomView>();
    try {
      var room = new RoomId(FeatureType.NAME, feature);
      views.add(RoomView.whole(room));
      entities.forEach(entity -> views.add(FeatureType.entity(room, entity)));
    } catch (IllegalArgumentException e) {
      return List.of();
    }
    return views;
  }

  private ObjectNode deny(String feature, RoomError why) {
    var told =
        why.told("a client wanted into a feature", door.envelope().clock().instant())
            .put("room", FeatureType.NAME + ":" + feature)
            .put("action", Action.SUBSCRIBE.word());
    socket.send(Frame.event("permission_denied", told));
    return told;
  }

  /** Empty for what is not a short list of words; an absent one has no words. */
  private static Optional<List<String>> names(JsonNode list) {
    if (list.isMissingNode() || list.isNull()) {
      return Optional.of(List.of());
    }
    if (!list.isArray() || list.size() > NAMES_MAX) {
      return Optional.empty();
    }
    var names = new LinkedHashSet<String>();
    list.forEach(name -> names.add(name.asText("")));
    return Optional.of(List.copyOf(names));
  }

  private void unsubscribe(JsonNode said, Optional<Acknowledge> acknowledge) {
    var left = new ArrayList<String>();
    var entities = names(said.path("entities")).orElse(List.of());
    for (String feature : names(said.path("features")).orElse(List.of())) {
      for (RoomView view : views(feature, entities)) {
        left.add(view.toString());
        leave(view);
      }
    }
    var json = Json.object();
    json.set("features", said.path("features").deepCopy());
    json.set("entities", Json.array(entities, TextNode::valueOf));
    json.set("rooms", Json.array(left, TextNode::valueOf));
    json.put("timestamp", door.envelope().now());
    confirm("unsubscribe:confirmed", json);
    acknowledge.ifPresent(a -> a.with(json.deepCopy().put("ok", true)));
  }

  private void join(
      String feature, String entity, String event, Optional<Acknowledge> acknowledge) {
    var views = views(feature, entity.isEmpty() ? List.of() : List.of(entity));
    var why =
        views.isEmpty()
            ? Optional.of(RoomError.INVALID_ROOM_ID)
            : enter(views.getLast(), Optional.empty());
    if (why.isPresent()) {
      deny(feature, why.get());
      acknowledge.ifPresent(a -> a.with(Json.object().put("ok", false)));
      return;
    }
    onceAttached(
        () -> {
          var json =
              Json.object()
                  .put("feature", feature)
                  .put("room", views.getLast().toString())
                  .put("socketId", socket.id());
          if (!entity.isEmpty()) {
            json.put("entity", entity);
          }
          confirm(event, json);
          acknowledge.ifPresent(a -> a.with(json.deepCopy().put("ok", true)));
        });
  }

  private void leave(String name, Optional<Acknowledge> acknowledge) {
    try {
      leave(RoomView.parse(name));
    } catch (IllegalArgumentException e) {
      refuse(RoomError.INVALID_ROOM_ID, acknowledge);
      return;
    }
    answer("left:room", Json.object().put("room", name).put("socketId", socket.id()), acknowledge);
  }

  private void replay(JsonNode said, Optional<Acknowledge> acknowledge) {
    var attendance =
        rooms.values().stream()
            .filter(room -> room.room().toString().equals(said.path("room").asText("")))
            .findFirst();
    if (attendance.isEmpty() || !attendance.get().mayReplay()) {
      refuse(RoomError.PERMISSION_DENIED, acknowledge);
      return;
    }
    var after = EventId.parse(said.path("fromEventId").asText(""));
    if (after.isEmpty()) {
      refuse(RoomError.VALIDATION_ERROR, acknowledge);
      return;
    }
    attendance.get().replay(after.get());
    acknowledge.ifPresent(a -> a.with(Json.object().put("ok", true)));
  }

  // ── another token ──

  private void authenticate(String token, Optional<Acknowledge> acknowledge) {
    door.bouncer()
        .verified(token)
        .thenAccept(outcome -> onLoop(() -> authenticated(outcome, acknowledge)));
  }

  private void authenticated(Bouncer.Outcome outcome, Optional<Acknowledge> acknowledge) {
    if (hasEnded) {
      return;
    }
    var user = one.session().user();
    if (outcome instanceof Bouncer.Outcome.In(Participant next)
        && next.session().user().equals(user)
        && next.session().org().equals(one.session().org())) {
      renew(next);
      answer("auth:authenticated", stamped().put("success", true).put("userId", user), acknowledge);
      return;
    }
    var why = outcome instanceof Bouncer.Outcome.Not(RoomError e) ? e : RoomError.AUTH_FAILED;
    var told = why.told("another token of a client", door.envelope().clock().instant());
    socket.send(
        Frame.event(
            "auth:error",
            stamped().put("success", false).put("error", told.path("message").asText())));
    acknowledge.ifPresent(a -> a.with(Json.object().put("ok", false).set("error", told)));
  }

  /** What the new token does not allow any more is over. */
  private void renew(Participant next) {
    expiry.cancel(false);
    door.here().left(one.session(), whenOver);
    one = next;
    door.here().came(one.session(), whenOver);
    expireInTime();
    for (Attendance room : List.copyOf(rooms.values())) {
      for (RoomView view : room.views()) {
        if (door.law().judge(one, view, Action.SUBSCRIBE) instanceof Ruling.Not(RoomError why)) {
          leave(view);
          deny(view.room().key(), why);
        }
      }
    }
  }

  // ── what rooms hold ──

  @FunctionalInterface
  private interface Locking {
    CompletionStage<Answer> ask(RoomId room, String entity, String id, Member by);
  }

  /** Who may change something may keep others from it for a while. */
  private void lock(JsonNode said, Locking locking, Optional<Acknowledge> acknowledge) {
    var entity = said.path("entity").asText("");
    var id = said.path("id").asText("");
    var views = views(said.path("feature").asText(""), List.of(entity));
    if (views.isEmpty() || views.getLast().isWhole() || id.isEmpty() || id.length() > ID_MAX) {
      refuse(RoomError.VALIDATION_ERROR, acknowledge);
      return;
    }
    var place = views.getLast();
    if (!rooms.containsKey(place.room())
        || door.law().judge(one, place, Action.UPDATE) instanceof Ruling.Not) {
      refuse(RoomError.PERMISSION_DENIED, acknowledge);
      return;
    }
    locking
        .ask(place.room(), entity, id, member())
        .thenAccept(
            answer ->
                onLoop(
                    () -> {
                      switch (answer) {
                        case Answer.No(Refusal why) when why != Refusal.UNCHANGED ->
                            refuse(RoomError.of(why), acknowledge);
                        case Answer.No _, Answer.Done _, Answer.Changed _, Answer.Conflict _ ->
                            give(Json.object().put("ok", true), acknowledge);
                      }
                    }));
  }

  private void sync(JsonNode said, Optional<Acknowledge> acknowledge) {
    var views = views(said.path("feature").asText(""), List.of(said.path("entity").asText("")));
    if (views.isEmpty() || views.getLast().isWhole()) {
      refuse(RoomError.VALIDATION_ERROR, acknowledge);
      return;
    }
    if (door.law().judge(one, views.getLast(), Action.SUBSCRIBE)
        instanceof Ruling.Not(RoomError why)) {
      refuse(why, acknowledge);
      return;
    }
    door.rooms()
        .look(views.getLast().room(), Optional.of(said.path("entity").asText("")))
        .thenAccept(sight -> onLoop(() -> synced(sight, acknowledge)));
  }

  private void synced(Sight sight, Optional<Acknowledge> acknowledge) {
    switch (sight) {
      case Sight.Unavailable _ -> refuse(RoomError.UNAVAILABLE, acknowledge);
      case Sight.Seen seen -> {
        var json = Json.object().put("ok", true);
        json.set("items", Json.array(seen.held(), AegisX::entity));
        json.put("lastEventId", seen.head().toString());
        give(json, acknowledge);
      }
    }
  }

  @Override
  public void ended() {
    hasEnded = true;
    if (expiry != null) {
      expiry.cancel(false);
      door.guests().left(socket);
      door.here().left(one.session(), whenOver);
      leaveAll();
    }
  }
}
