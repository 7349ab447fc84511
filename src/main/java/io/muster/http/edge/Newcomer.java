package io.muster.http.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.socketio.MalformedPacket;
import io.muster.http.socketio.SocketPacket.Ack;
import io.muster.http.socketio.SocketPacket.Event;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client at the door of a namespace, until the application has answered. */
final class Newcomer implements SocketConnection.Member, SocketApplication.Joining {
  private static final Logger log = LoggerFactory.getLogger(Newcomer.class);

  private final SocketConnection connection;
  private final String namespace;
  private final ObjectNode auth;
  private final AtomicBoolean answered = new AtomicBoolean();

  // Events that came in the same breath as the CONNECT; they are heard after the answer.
  private List<Event> early = List.of();
  private NamespaceSocket accepted;

  Newcomer(SocketConnection connection, String namespace, ObjectNode auth) {
    this.connection = connection;
    this.namespace = namespace;
    this.auth = auth;
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public ObjectNode auth() {
    return auth;
  }

  @Override
  public Handshake handshake() {
    return connection.session().handshake();
  }

  @Override
  public EventLoop loop() {
    return connection.session().loop();
  }

  @Override
  public boolean hasLeft() {
    return answered.get();
  }

  // ── the answer, from any thread ──

  @Override
  public Socket accept(SocketHandler handler, Optional<String> pid) {
    var socket = new NamespaceSocket(connection, namespace, handler);
    if (answered.compareAndSet(false, true)) {
      connection.run(() -> letIn(socket, pid));
    } else {
      connection.run(socket::closed);
    }
    return socket;
  }

  private void letIn(NamespaceSocket socket, Optional<String> pid) {
    if (!connection.awaits(this)) {
      socket.closed();
      return;
    }
    connection.welcome(socket, pid);
    if (!connection.awaits(this)) {
      socket.closed();
    } else if (early.isEmpty()) {
      connection.seat(this, socket);
    } else {
      // The caller gets its socket before its handler hears of it.
      accepted = socket;
      connection.session().loop().execute(this::sitDown);
    }
  }

  private void sitDown() {
    if (!connection.awaits(this)) {
      return;
    }
    NamespaceSocket socket = accepted;
    connection.seat(this, socket);
    try {
      early.forEach(socket::event);
    } catch (RuntimeException fault) {
      log.error("A connection is dropped because of a fault", fault);
      connection.session().end(Ending.ABORTED);
    }
  }

  @Override
  public void refuse(String message, ObjectNode data) {
    if (answered.compareAndSet(false, true)) {
      connection.run(
          () -> {
            if (connection.awaits(this)) {
              connection.refuse(this, message, data);
            }
          });
    }
  }

  @Override
  public void turnAway(Ending ending) {
    if (answered.compareAndSet(false, true)) {
      connection.run(
          () -> {
            if (connection.awaits(this)) {
              connection.session().end(ending);
            }
          });
    }
  }

  // ── what comes meanwhile ──

  @Override
  public void event(Event event) throws MalformedPacket {
    if (early.isEmpty()) {
      early = new ArrayList<>(2);
    }
    if (early.size() >= connection.session().limits().earlyEvents()) {
      throw new MalformedPacket("fewer events before the answer to CONNECT");
    }
    early.add(event);
  }

  @Override
  public void acknowledged(Ack ack) throws MalformedPacket {
    // It can only be the answer to something that was sent right after the welcome.
    if (accepted == null) {
      throw new MalformedPacket("an ack of something that was asked");
    }
    accepted.acknowledged(ack);
  }

  @Override
  public void alive() {}

  @Override
  public long nextDue() {
    return accepted == null ? Due.NEVER : accepted.nextDue();
  }

  @Override
  public void due(long now) {
    if (accepted != null) {
      accepted.due(now);
    }
  }

  @Override
  public void closed() {
    answered.set(true);
    if (accepted != null) {
      accepted.closed();
    }
  }
}
