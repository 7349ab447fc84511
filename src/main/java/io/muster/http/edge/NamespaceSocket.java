package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.socketio.JsonText;
import io.muster.http.socketio.Payload;
import io.muster.http.socketio.SocketCodec;
import io.muster.http.socketio.SocketPacket;
import io.muster.http.socketio.SocketPacket.Ack;
import io.muster.http.socketio.SocketPacket.Event;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A client that has joined a namespace. Its state is confined to the loop. */
final class NamespaceSocket implements SocketConnection.Member, Socket {
  private final SocketConnection connection;
  private final String namespace;
  private final String id;
  private final SocketHandler handler;

  // What was asked of the client, oldest first; null for the many that are never asked.
  private ArrayDeque<Request> requests;
  private long nextRequest;
  private boolean ended;

  private record Request(long id, long until, Consumer<Reply> answered) {}

  NamespaceSocket(SocketConnection connection, String namespace, SocketHandler handler) {
    this.connection = connection;
    this.namespace = namespace;
    this.id = Secrets.newId();
    this.handler = handler;
  }

  // ── Socket: from any thread ──

  @Override
  public String id() {
    return id;
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
  public void send(Frame frame) {
    // Encoded on the caller's thread, which also hears of it when that is impossible.
    frame.payload();
    if (loop().inEventLoop()) {
      write(frame, SocketPacket.NO_ID);
    } else {
      loop().execute(() -> write(frame, SocketPacket.NO_ID));
    }
  }

  @Override
  public void request(Frame frame, Duration patience, Consumer<Reply> answered) {
    frame.payload();
    connection.run(() -> ask(frame, System.nanoTime() + patience.toNanos(), answered));
  }

  private void ask(Frame frame, long until, Consumer<Reply> answered) {
    if (requests == null) {
      requests = new ArrayDeque<>(2);
    }
    if (ended || requests.size() >= connection.session().limits().requests()) {
      answered.accept(Reply.LOST);
      return;
    }
    var request = new Request(nextRequest++, until, answered);
    requests.add(request);
    write(frame, request.id());
    if (!ended) {
      connection.rewind();
    }
  }

  @Override
  public long owed() {
    return ended ? 0 : connection.session().owedBytes();
  }

  @Override
  public void end(Ending ending) {
    connection.run(
        () -> {
          if (ended) {
            return;
          }
          switch (ending) {
            case SUPERSEDED, REVOKED -> connection.dismiss(this, ending);
            case ABORTED, TOO_SLOW, VIOLATION, RESTARTING -> connection.session().end(ending);
          }
        });
  }

  // ── out ──

  private void write(Frame frame, long request) {
    if (ended) {
      return;
    }
    Payload payload = frame.payload();
    JsonText out = connection.packet();
    SocketCodec.eventHead(out, namespace, request, payload);
    if (payload.json().length > WebSocket.COPIED_BYTES_MAX) {
      connection.session().text(out, frame.sharedBody());
    } else {
      connection.session().text(out.raw(payload.json()));
    }
    attach(connection, payload.attachments());
  }

  private static void attach(SocketConnection connection, List<byte[]> attachments) {
    for (int i = 0; i < attachments.size(); i++) {
      connection.session().binary(attachments.get(i));
    }
  }

  /** Answers an ack id. The usual answer has no attachments and is written in one go. */
  private void acknowledge(long ack, List<JsonNode> arguments) {
    JsonText out = connection.packet();
    SocketCodec.ackHead(out, namespace, ack, 0);
    out.array(null, arguments);
    if (out.attachments().isEmpty()) {
      connection.session().text(out);
      return;
    }
    Payload payload = Payload.ofAck(arguments, out);
    out = connection.packet();
    SocketCodec.ackHead(out, namespace, ack, payload.attachments().size());
    connection.session().text(out.raw(payload.json()));
    attach(connection, payload.attachments());
  }

  /** The way back for one ack id. */
  private static final class Acknowledging extends AtomicBoolean
      implements SocketHandler.Acknowledge {
    private final transient NamespaceSocket socket;
    private final long ack;

    Acknowledging(NamespaceSocket socket, long ack) {
      this.socket = socket;
      this.ack = ack;
    }

    @Override
    public void with(JsonNode... arguments) {
      if (!compareAndSet(false, true)) {
        return;
      }
      List<JsonNode> list = List.of(arguments);
      socket.connection.run(
          () -> {
            if (!socket.ended) {
              socket.acknowledge(ack, list);
            }
          });
    }
  }

  // ── in, on the loop ──

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public void event(Event event) {
    if (ended) {
      return;
    }
    if (event.name().isEmpty()) {
      handler.alive();
      return;
    }
    Optional<SocketHandler.Acknowledge> acknowledge =
        event.id() == SocketPacket.NO_ID
            ? Optional.empty()
            : Optional.of(new Acknowledging(this, event.id()));
    handler.event(event.name(), event.arguments(), acknowledge);
  }

  @Override
  public void acknowledged(Ack ack) {
    handler.alive();
    if (requests == null || ended) {
      return;
    }
    for (var each = requests.iterator(); each.hasNext(); ) {
      Request request = each.next();
      if (request.id() == ack.id()) {
        each.remove();
        request.answered().accept(new Reply.Answered(ack.arguments()));
        return;
      }
    }
  }

  @Override
  public void alive() {
    handler.alive();
  }

  @Override
  public long nextDue() {
    long next = Due.NEVER;
    if (requests != null) {
      for (Request request : requests) {
        next = Math.min(next, request.until());
      }
    }
    return next;
  }

  @Override
  public void due(long now) {
    if (requests == null) {
      return;
    }
    var late = requests.stream().filter(request -> request.until() <= now).toList();
    requests.removeAll(late);
    late.forEach(request -> request.answered().accept(Reply.LOST));
  }

  @Override
  public void closed() {
    if (ended) {
      return;
    }
    ended = true;
    ArrayDeque<Request> lost = requests;
    requests = null;
    if (lost != null) {
      lost.forEach(request -> request.answered().accept(Reply.LOST));
    }
    handler.ended();
  }
}
