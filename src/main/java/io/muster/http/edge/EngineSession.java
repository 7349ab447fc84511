package io.muster.http.edge;

import io.muster.http.socketio.EnginePacket;
import io.muster.http.socketio.EnginePayload;
import io.muster.http.socketio.JsonText;
import io.muster.http.socketio.MalformedPacket;
import io.muster.http.socketio.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Engine.IO session: a plain object confined to one event loop, whichever transport it is on.
 *
 * <p>There is one absolute deadline, filed in the loop's wheel and checked again on every request,
 * so that a request never finds a session that should be dead.
 */
final class EngineSession extends Due implements WebSocket.Owner {
  private static final Logger log = LoggerFactory.getLogger(EngineSession.class);
  private static final byte[] PING = {EnginePacket.PING.digit()};
  private static final byte[] PROBED = {EnginePacket.PONG.digit(), 'p', 'r', 'o', 'b', 'e'};
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  /** How long the answer to a goodbye waits for a poll that crosses it. */
  private static final long CROSSING_NANOS = Duration.ofMillis(100).toNanos();

  /** A ping that went out this late was held up here, which is not the client's fault. */
  private static final long HELD_UP_NANOS = SECOND_NANOS;

  private enum Life {
    OPEN,
    /** Polling only: the listener is gone, the last words wait for the next GET. */
    CLOSING,
    CLOSED
  }

  private final EngineServer server;
  private final LoopDesk desk;
  private final Handshake handshake;
  private final ClientAddress client;
  private final String sid;
  private final boolean base64;
  private EngineListener listener;
  private Life life = Life.OPEN;

  // Exactly one of the two.
  private Polling polling;
  private WebSocket socket;

  private long heartbeatAt;
  private long listenerAt = NEVER;
  private boolean awaitingPong;
  private boolean extended;
  private boolean leaving;
  // Also read where the body of a POST comes in.
  private volatile boolean joined;
  private long countedFrom;
  private int counted;

  private EngineSession(
      EngineServer server,
      LoopDesk desk,
      Handshake handshake,
      ClientAddress client,
      String sid,
      boolean base64) {
    this.server = server;
    this.desk = desk;
    this.handshake = handshake;
    this.client = client;
    this.sid = sid;
    this.base64 = base64;
    this.heartbeatAt = System.nanoTime() + server.pingIntervalNanos();
  }

  /** A session on long polling; {@code sid} is how later requests find it. */
  static EngineSession onPolling(
      EngineServer server, LoopDesk desk, Handshake handshake, ClientAddress client, String sid) {
    var session = new EngineSession(server, desk, handshake, client, sid, false);
    session.polling = new Polling(desk);
    session.open();
    return session;
  }

  /** A session on a WebSocket from its first packet on: no request will ever name it. */
  static EngineSession onWebSocket(
      EngineServer server,
      LoopDesk desk,
      Handshake handshake,
      ClientAddress client,
      boolean base64) {
    return new EngineSession(server, desk, handshake, client, null, base64);
  }

  /** The WebSocket is there and the opening packet is written. */
  void opened(WebSocket on) {
    socket = on;
    open();
  }

  private void open() {
    listener = server.application().opened(this);
    arm();
  }

  // ── what the listener may do ──

  Handshake handshake() {
    return handshake;
  }

  LoopDesk desk() {
    return desk;
  }

  EventLoop loop() {
    return desk.loop();
  }

  EdgeSettings.Limits limits() {
    return server.settings().limits();
  }

  EdgeSettings.Times times() {
    return server.settings().times();
  }

  boolean isOpen() {
    return life == Life.OPEN;
  }

  /** Somebody vouches for the client: it no longer counts as a stranger. */
  void joined() {
    if (!joined) {
      joined = true;
      server.vestibule().leave(client);
    }
  }

  /** Calls {@link EngineListener#due} at that time; {@link Due#NEVER} calls it off. */
  void wakeAt(long nanos) {
    listenerAt = nanos;
    if (life == Life.OPEN) {
      arm();
    }
  }

  /** Writes a text packet, its type included. */
  void text(JsonText packet) {
    if (!hasRoom()) {
      return;
    }
    if (socket != null) {
      socket.text(packet);
    } else {
      polling.add(packet.copy());
    }
  }

  /** Writes a text packet whose body is shared with other sessions. */
  void text(JsonText head, ByteBuf body) {
    if (!hasRoom()) {
      return;
    }
    if (socket != null) {
      socket.text(head, body);
    } else {
      byte[] packet = Arrays.copyOf(head.array(), head.length() + body.readableBytes());
      body.getBytes(body.readerIndex(), packet, head.length(), body.readableBytes());
      polling.add(packet);
    }
  }

  /** Writes a binary message. */
  void binary(byte[] data) {
    if (!hasRoom()) {
      return;
    }
    if (socket == null) {
      polling.addBinary(data);
    } else if (base64) {
      socket.text(Polling.base64(data));
    } else {
      socket.binary(data);
    }
  }

  /** Bytes written and not yet taken by the transport. */
  long owedBytes() {
    return socket == null ? polling.waitingBytes() : socket.pendingBytes();
  }

  private boolean hasRoom() {
    if (life != Life.OPEN) {
      return false;
    }
    int most = limits().outboundBytes();
    if (socket == null) {
      if (polling.waitingBytes() <= most) {
        return true;
      }
    } else {
      if (socket.pendingBytes() <= most) {
        return true;
      }
      // Perhaps only this turn of the loop was busy.
      socket.flush();
      if (life != Life.OPEN || socket.pendingBytes() <= most) {
        return life == Life.OPEN;
      }
    }
    end(Ending.TOO_SLOW);
    return false;
  }

  /** Ends the session for its client and its listener. */
  void end(Ending ending) {
    if (life != Life.OPEN) {
      return;
    }
    log.debug("A session ends: {}", ending);
    switch (ending) {
      case ABORTED, VIOLATION -> drop();
      case TOO_SLOW -> {
        if (socket != null) {
          socket.reset();
        } else {
          polling.forget();
        }
        drop();
      }
      case RESTARTING, SUPERSEDED, REVOKED -> lastWords();
    }
  }

  private void drop() {
    life = Life.CLOSED;
    if (socket != null) {
      socket.abort();
    } else {
      polling.add(Polling.CLOSE);
      polling.flush();
      polling.abortProbe();
    }
    gone();
  }

  private void lastWords() {
    if (socket != null) {
      life = Life.CLOSED;
      socket.drain();
      gone();
      // A client that does not read would hold the connection for ever.
      desk.wheel().schedule(this, System.nanoTime() + times().drain().toNanos());
      return;
    }
    polling.add(Polling.CLOSE);
    polling.flush();
    polling.abortProbe();
    if (polling.isEmpty()) {
      life = Life.CLOSED;
      gone();
    } else {
      life = Life.CLOSING;
      leaveListener();
      desk.wheel().schedule(this, System.nanoTime() + times().closingPoll().toNanos());
    }
  }

  /** The client has said goodbye. */
  private void left() {
    if (socket != null) {
      life = Life.CLOSED;
      socket.abort();
      gone();
      return;
    }
    polling.flush();
    polling.abortProbe();
    if (polling.hasGet()) {
      life = Life.CLOSED;
      polling.release();
      gone();
    } else {
      life = Life.CLOSING;
      leaving = true;
      polling.forget();
      polling.add(Polling.NOOP);
      leaveListener();
      desk.wheel().schedule(this, System.nanoTime() + CROSSING_NANOS);
    }
  }

  /** The last poll has been answered, or none came. */
  private void buried() {
    life = Life.CLOSED;
    polling.answerGoodbye();
    gone();
  }

  private void gone() {
    desk.wheel().cancel(this);
    if (sid != null) {
      server.forget(sid);
    }
    leaveListener();
  }

  private void leaveListener() {
    if (!joined) {
      joined = true;
      server.vestibule().leave(client);
    }
    EngineListener leaving = listener;
    if (leaving != null) {
      listener = null;
      leaving.closed();
    }
  }

  // ── requests, on this session's loop whatever loop they came in on ──

  void get(EngineExchange exchange) {
    check();
    if (life == Life.CLOSED) {
      exchange.refuse(EngineError.UNKNOWN_SESSION);
    } else if (polling == null) {
      exchange.refuse(EngineError.BAD_REQUEST);
    } else if (polling.hasGet()) {
      // The first hears the end of the session, the second why.
      end(Ending.VIOLATION);
      exchange.overlapping();
    } else {
      polling.hold(exchange);
      if (life == Life.CLOSING && polling.isEmpty()) {
        buried();
      }
    }
  }

  /** The head of a POST has been read; its body may take a while. */
  void postBegins(EngineExchange exchange) {
    check();
    if (life != Life.OPEN) {
      exchange.refuseUnread(EngineError.UNKNOWN_SESSION);
    } else if (polling == null) {
      exchange.refuseUnread(EngineError.BAD_REQUEST);
    } else if (polling.hasPost()) {
      end(Ending.VIOLATION);
      exchange.overlapping();
    } else {
      polling.posting(exchange);
    }
  }

  void posted(EngineExchange exchange, byte[] body, int length) {
    check();
    if (polling == null) {
      exchange.refuse(EngineError.BAD_REQUEST);
    } else if (polling.posted(exchange)) {
      if (life != Life.OPEN) {
        exchange.refuse(EngineError.UNKNOWN_SESSION);
      } else if (takes(body, length)) {
        if (life == Life.CLOSING && leaving) {
          polling.goodbye(exchange);
        } else {
          exchange.ok();
        }
      } else {
        end(Ending.VIOLATION);
        exchange.refuse(EngineError.BAD_REQUEST);
      }
    }
  }

  private boolean takes(byte[] body, int length) {
    if (!Utf8.isValid(body, 0, length)) {
      return false;
    }
    try {
      EnginePayload.split(body, length, this::packet);
      return true;
    } catch (MalformedPacket malformed) {
      log.debug("A session expected {}", malformed.getMessage());
      return false;
    } catch (RuntimeException fault) {
      log.error("A session is dropped because of a fault", fault);
      return false;
    }
  }

  /** The body of a POST was refused; the session lives on. */
  void postRefused(EngineExchange exchange, EngineError error) {
    if (polling != null) {
      polling.posted(exchange);
    }
    exchange.refuseUnread(error);
  }

  /** A POST that this protocol has no meaning for ends the session. */
  void postForbidden(EngineExchange exchange) {
    end(Ending.VIOLATION);
    exchange.overlapping();
  }

  /** The connection of a request was lost before the answer. */
  void lost(EngineExchange exchange) {
    if (life != Life.CLOSED && polling != null && polling.concerns(exchange)) {
      end(Ending.ABORTED);
    }
  }

  // ── the upgrade ──

  /** Whether a WebSocket may try to take over; if so the place is its own. */
  boolean claimUpgrade() {
    check();
    if (life != Life.OPEN || polling == null) {
      return false;
    }
    if (!polling.claim(System.nanoTime() + times().upgrade().toNanos())) {
      return false;
    }
    arm();
    return true;
  }

  void probing(WebSocket probe) {
    if (life != Life.OPEN || polling == null || polling.upgradeAt() == NEVER) {
      probe.abort();
    } else {
      polling.probing(probe);
    }
  }

  void upgradeFailed() {
    if (polling != null) {
      polling.unclaim();
    }
  }

  /** A text message on a probing WebSocket. */
  void probed(WebSocket probe, byte[] utf8, int from, int to) {
    check();
    if (life != Life.OPEN || polling == null) {
      probe.abort();
    } else if (is("2probe", utf8, from, to)) {
      probe.text(PROBED);
      polling.probed();
    } else if (is("5", utf8, from, to) && polling.isProbed()) {
      moveTo(probe);
    } else if (!is("6", utf8, from, to)) {
      polling.abortProbe();
    }
  }

  private static boolean is(String expected, byte[] utf8, int from, int to) {
    if (to - from != expected.length()) {
      return false;
    }
    for (int i = 0; i < expected.length(); i++) {
      if (utf8[from + i] != expected.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void moveTo(WebSocket probe) {
    Polling before = polling;
    before.release();
    polling = null;
    socket = probe;
    probe.belongsTo(this);
    for (byte[] packet = before.poll(); packet != null; packet = before.poll()) {
      if (packet[0] == EnginePacket.BASE64 && !base64) {
        socket.binary(unpacked(packet));
      } else {
        socket.text(packet);
      }
    }
    // A pong that is on its way over the old transport is not waited for.
    awaitingPong = false;
    heartbeatAt = System.nanoTime() + server.pingIntervalNanos();
    arm();
  }

  private static byte[] unpacked(byte[] packet) {
    try {
      return EnginePayload.base64(packet, 1, packet.length);
    } catch (MalformedPacket impossible) {
      throw new IllegalStateException("a packet of our own that cannot be read", impossible);
    }
  }

  // ── packets ──

  private void packet(byte[] bytes, int from, int to) throws MalformedPacket {
    if (life != Life.OPEN) {
      return;
    }
    count();
    if (from == to) {
      throw new MalformedPacket("an Engine.IO packet type");
    }
    if (bytes[from] == EnginePacket.BASE64) {
      heard();
      listener.binary(EnginePayload.base64(bytes, from + 1, to));
      return;
    }
    switch (EnginePacket.of(bytes[from])) {
      case MESSAGE -> {
        heard();
        listener.text(bytes, from + 1, to);
      }
      case PONG -> pong();
      case CLOSE -> left();
      case UPGRADE, NOOP -> {
        heard();
        listener.alive();
      }
      case OPEN, PING -> throw new MalformedPacket("a packet that a client may send");
    }
  }

  private void count() throws MalformedPacket {
    long now = System.nanoTime();
    if (now - countedFrom >= SECOND_NANOS) {
      countedFrom = now;
      counted = 0;
    }
    if (++counted > limits().packetsPerSecond()) {
      throw new MalformedPacket("fewer packets in a second");
    }
  }

  @Override
  public void text(byte[] utf8, int from, int to) {
    try {
      packet(utf8, from, to);
    } catch (MalformedPacket malformed) {
      log.debug("A session expected {}", malformed.getMessage());
      end(Ending.VIOLATION);
    }
  }

  @Override
  public void binary(byte[] bytes, int from, int to) {
    if (life != Life.OPEN) {
      return;
    }
    try {
      count();
      heard();
      listener.binary(Arrays.copyOfRange(bytes, from, to));
    } catch (MalformedPacket malformed) {
      log.debug("A session expected {}", malformed.getMessage());
      end(Ending.VIOLATION);
    }
  }

  @Override
  public void control() {
    if (life != Life.OPEN) {
      return;
    }
    try {
      count();
      heard();
      listener.alive();
    } catch (MalformedPacket malformed) {
      end(Ending.VIOLATION);
    }
  }

  @Override
  public int messageBytesMax() {
    return joined ? limits().payloadBytes() : limits().strangerBytes();
  }

  @Override
  public void violated(int closeCode) {
    log.debug("A WebSocket is dropped with code {}", closeCode);
    end(Ending.VIOLATION);
  }

  @Override
  public void lost() {
    if (life == Life.OPEN) {
      life = Life.CLOSED;
      gone();
    } else {
      desk.wheel().cancel(this);
    }
  }

  // ── the clock ──

  private void pong() {
    if (awaitingPong) {
      awaitingPong = false;
      heartbeatAt = System.nanoTime() + server.pingIntervalNanos();
      arm();
    }
    listener.alive();
  }

  /** Anything but a pong buys a client one more timeout: it may be busy with a large upload. */
  private void heard() {
    if (awaitingPong && !extended) {
      extended = true;
      heartbeatAt += server.pingTimeoutNanos();
      arm();
    }
  }

  private void check() {
    long now = System.nanoTime();
    if (at() <= now) {
      due(now);
    }
  }

  @Override
  void due(long now) {
    switch (life) {
      case OPEN -> {
        while (life == Life.OPEN && heartbeatAt <= now) {
          heartbeat(now);
        }
        if (life == Life.OPEN && listenerAt <= now) {
          listenerAt = NEVER;
          listener.due(now);
        }
        if (life == Life.OPEN && polling != null && polling.upgradeAt() <= now) {
          polling.abortProbe();
        }
        if (life == Life.OPEN) {
          arm();
        }
      }
      case CLOSING -> buried();
      case CLOSED -> {
        if (socket != null) {
          socket.reset();
        }
      }
    }
  }

  private void heartbeat(long now) {
    if (awaitingPong) {
      log.debug("A session did not answer a ping in time");
      if (socket != null) {
        socket.reset();
      }
      drop();
      return;
    }
    // Counted from the moment it was due, or timers that are late twice would add up.
    long from = now - heartbeatAt > HELD_UP_NANOS ? now : heartbeatAt;
    heartbeatAt = from + server.pingTimeoutNanos();
    awaitingPong = true;
    extended = false;
    if (socket != null) {
      socket.text(PING);
    } else {
      polling.add(PING);
    }
  }

  private void arm() {
    long next = Math.min(heartbeatAt, listenerAt);
    if (polling != null) {
      next = Math.min(next, polling.upgradeAt());
    }
    desk.wheel().schedule(this, next);
  }
}
