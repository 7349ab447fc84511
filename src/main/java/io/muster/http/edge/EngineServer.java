package io.muster.http.edge;

import io.muster.http.socketio.Opening;
import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** One mounted Engine.IO endpoint: its sessions by id, and what they share. Thread-safe. */
final class EngineServer {
  private final String path;
  private final EdgeSettings settings;
  private final EngineListener.Application application;
  private final Map<EventLoop, LoopDesk> desks;
  private final Vestibule vestibule;
  private final ConcurrentHashMap<String, EngineSession> sessions = new ConcurrentHashMap<>();
  private final AtomicLong postBytes = new AtomicLong();
  private final long pingIntervalNanos;
  private final long pingTimeoutNanos;

  EngineServer(
      String path,
      EdgeSettings settings,
      EngineListener.Application application,
      IdentityHashMap<EventLoop, LoopDesk> desks,
      Vestibule vestibule) {
    this.path = path;
    this.settings = settings;
    this.application = application;
    this.desks = desks;
    this.vestibule = vestibule;
    this.pingIntervalNanos = settings.times().pingInterval().toNanos();
    this.pingTimeoutNanos = settings.times().pingTimeout().toNanos();
  }

  /** Whether a request's path, its query included, is for here; with or without the last slash. */
  boolean serves(String uri) {
    int bare = path.length() - 1;
    return uri.startsWith(path)
        || (uri.startsWith(path.substring(0, bare))
            && (uri.length() == bare || uri.charAt(bare) == '?'));
  }

  String path() {
    return path;
  }

  EdgeSettings settings() {
    return settings;
  }

  EngineListener.Application application() {
    return application;
  }

  Vestibule vestibule() {
    return vestibule;
  }

  LoopDesk desk(EventLoop loop) {
    return desks.get(loop);
  }

  long pingIntervalNanos() {
    return pingIntervalNanos;
  }

  long pingTimeoutNanos() {
    return pingTimeoutNanos;
  }

  /** A session id: the node that has the session, and a secret. */
  String newSid() {
    String secret = Secrets.newId();
    return settings.node().isEmpty() ? secret : settings.node() + "." + secret;
  }

  /** The node of a session that cannot be one of here. */
  Optional<String> nodeOf(String sid) {
    int end = sid.indexOf('.');
    return Optional.of(sid.substring(0, Math.max(0, end)))
        .filter(node -> !node.isEmpty() && !node.equals(settings.node()));
  }

  Opening opening(String sid, boolean upgradable) {
    EdgeSettings.Times times = settings.times();
    return new Opening(
        sid,
        upgradable,
        times.pingInterval().toMillis(),
        times.pingTimeout().toMillis(),
        settings.limits().payloadBytes());
  }

  void remember(String sid, EngineSession session) {
    sessions.put(sid, session);
  }

  void forget(String sid) {
    sessions.remove(sid);
  }

  Optional<EngineSession> find(String sid) {
    return Optional.ofNullable(sessions.get(sid));
  }

  int size() {
    return sessions.size();
  }

  /**
   * Whether so many more bytes of unfinished POSTs may be held; if so they are, until given back.
   */
  boolean holdPostBytes(int bytes) {
    if (postBytes.addAndGet(bytes) > settings.limits().postBytes()) {
      postBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void giveBackPostBytes(int bytes) {
    postBytes.addAndGet(-bytes);
  }
}
