package io.muster.http.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.socketio.EnginePacket;
import io.muster.http.socketio.JsonText;
import io.muster.http.socketio.MalformedPacket;
import io.muster.http.socketio.SocketCodec;
import io.muster.http.socketio.SocketPacket;
import io.muster.http.socketio.SocketPacket.Ack;
import io.muster.http.socketio.SocketPacket.Connect;
import io.muster.http.socketio.SocketPacket.ConnectError;
import io.muster.http.socketio.SocketPacket.Disconnect;
import io.muster.http.socketio.SocketPacket.Event;
import io.muster.http.socketio.SocketPacket.Incomplete;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Socket.IO over one Engine.IO session: who has joined which namespace, and who may not speak yet.
 * Confined to the session's loop.
 */
final class SocketConnection implements EngineListener {
  /** Namespaces of one connection, joined or joining; real clients use one or two. */
  private static final int NAMESPACES_MAX = 8;

  private final EngineSession session;
  private final SocketApplication application;

  // Nearly every client has one namespace; a map would cost more than the rest of this object.
  private Member only;
  private Map<String, Member> several;
  private Assembly assembly;
  private long joinBy;
  private int strangerBytes;

  /** Somebody in a namespace: at its door, or inside. */
  sealed interface Member permits Newcomer, NamespaceSocket {
    String namespace();

    void event(Event event) throws MalformedPacket;

    void acknowledged(Ack ack) throws MalformedPacket;

    void alive();

    /** The next time at which something runs out here. */
    long nextDue();

    void due(long now);

    void closed();
  }

  /** An event that waits for its attachments. */
  private static final class Assembly {
    final Incomplete packet;
    final List<byte[]> attachments = new ArrayList<>(2);
    final long until;
    int bytes;

    Assembly(Incomplete packet, long until) {
      this.packet = packet;
      this.until = until;
    }
  }

  private SocketConnection(EngineSession session, SocketApplication application) {
    this.session = session;
    this.application = application;
    this.joinBy = System.nanoTime() + session.times().connect().toNanos();
    session.wakeAt(joinBy);
  }

  /** Socket.IO as something to mount on Engine.IO. */
  static EngineListener.Application serving(SocketApplication application) {
    return new EngineListener.Application() {
      @Override
      public EngineListener opened(EngineSession session) {
        return new SocketConnection(session, application);
      }

      @Override
      public OptionalInt comeAgainAfterSeconds() {
        return application.comeAgainAfterSeconds();
      }
    };
  }

  EngineSession session() {
    return session;
  }

  /** Runs it on the loop: now when this is the loop. */
  void run(Runnable task) {
    if (session.loop().inEventLoop()) {
      task.run();
    } else {
      session.loop().execute(task);
    }
  }

  // ── in ──

  @Override
  public void text(byte[] utf8, int from, int to) throws MalformedPacket {
    SocketPacket packet = SocketCodec.decode(utf8, from, to);
    if (assembly != null) {
      throw new MalformedPacket("the attachments of the packet before");
    }
    if (joinBy != Due.NEVER) {
      strangerHasSaid(to - from);
    }
    handle(packet);
  }

  @Override
  public void binary(byte[] data) throws MalformedPacket {
    Assembly open = assembly;
    if (open == null) {
      throw new MalformedPacket("a packet that announces an attachment");
    }
    if (joinBy != Due.NEVER) {
      strangerHasSaid(data.length);
    }
    open.bytes += data.length;
    if (open.bytes > session.limits().payloadBytes()) {
      throw new MalformedPacket("attachments within the payload limit");
    }
    open.attachments.add(data);
    if (open.attachments.size() == open.packet.attachments()) {
      assembly = null;
      handle(open.packet.with(open.attachments));
    }
  }

  /** What a stranger has said may have to be kept until it joins. */
  private void strangerHasSaid(int bytes) throws MalformedPacket {
    strangerBytes += bytes;
    if (strangerBytes > session.limits().strangerBytes()) {
      throw new MalformedPacket("fewer bytes before a namespace is joined");
    }
  }

  private void handle(SocketPacket packet) throws MalformedPacket {
    switch (packet) {
      case Event e -> member(e.namespace()).event(e);
      case Ack a -> member(a.namespace()).acknowledged(a);
      case Connect c -> connect(c);
      case Disconnect d -> leaves(member(d.namespace()));
      case ConnectError _ -> throw new MalformedPacket("CONNECT_ERROR from a server only");
      case Incomplete i -> {
        // Nobody outside may make us keep attachments.
        member(i.namespace());
        assembly = new Assembly(i, System.nanoTime() + session.times().pingTimeout().toNanos());
        rewind();
      }
    }
  }

  private void connect(Connect packet) throws MalformedPacket {
    if (find(packet.namespace()) != null) {
      throw new MalformedPacket("one CONNECT for each namespace");
    }
    if (several != null && several.size() >= NAMESPACES_MAX) {
      throw new MalformedPacket("fewer namespaces");
    }
    var newcomer = new Newcomer(this, packet.namespace(), packet.payload());
    put(newcomer);
    application.joining(newcomer);
  }

  private void leaves(Member member) {
    remove(member);
    member.closed();
  }

  @Override
  public void alive() {
    if (only != null) {
      only.alive();
    } else if (several != null) {
      List.copyOf(several.values()).forEach(Member::alive);
    }
  }

  @Override
  public void closed() {
    assembly = null;
    Member alone = only;
    Map<String, Member> all = several;
    only = null;
    several = null;
    if (alone != null) {
      alone.closed();
    } else if (all != null) {
      all.values().forEach(Member::closed);
    }
  }

  // ── members ──

  private Member member(String namespace) throws MalformedPacket {
    Member member = find(namespace);
    if (member == null) {
      throw new MalformedPacket("CONNECT before anything else");
    }
    return member;
  }

  private Member find(String namespace) {
    if (only != null) {
      return only.namespace().equals(namespace) ? only : null;
    }
    return several == null ? null : several.get(namespace);
  }

  private void put(Member member) {
    if (several != null) {
      several.put(member.namespace(), member);
    } else if (only == null) {
      only = member;
    } else {
      several = new HashMap<>(4);
      several.put(only.namespace(), only);
      several.put(member.namespace(), member);
      only = null;
    }
  }

  private void remove(Member member) {
    if (only == member) {
      only = null;
    } else if (several != null && several.remove(member.namespace(), member)) {
      if (several.isEmpty()) {
        several = null;
      }
    } else {
      return;
    }
    if (only == null && several == null && session.isOpen()) {
      // The client closes the transport now, or else it has as long as a newcomer.
      joinBy = System.nanoTime() + session.times().connect().toNanos();
      rewind();
    }
  }

  /** Whether a newcomer is still awaited at its namespace. */
  boolean awaits(Newcomer newcomer) {
    return session.isOpen() && find(newcomer.namespace()) == newcomer;
  }

  /** The newcomer was let in: it may be told so now. */
  void welcome(NamespaceSocket socket, Optional<String> pid) {
    session.joined();
    joinBy = Due.NEVER;
    strangerBytes = 0;
    rewind();
    JsonText out = packet();
    SocketCodec.connected(out, socket.namespace(), socket.id(), pid);
    session.text(out);
  }

  /** Everything it said at the door has been heard. */
  void seat(Newcomer newcomer, NamespaceSocket socket) {
    if (only == newcomer) {
      only = socket;
    } else {
      several.put(socket.namespace(), socket);
    }
  }

  void refuse(Newcomer newcomer, String message, ObjectNode data) {
    JsonText out = packet();
    SocketCodec.refused(out, newcomer.namespace(), message, data);
    session.text(out);
    remove(newcomer);
  }

  /** Ends one namespace for good; the transport goes too when it was the last. */
  void dismiss(NamespaceSocket socket, Ending ending) {
    JsonText out = packet();
    SocketCodec.disconnect(out, socket.namespace());
    session.text(out);
    if (only == socket || (several != null && several.size() == 1)) {
      session.end(ending);
    } else {
      leaves(socket);
    }
  }

  /** The scratch text with the Engine.IO type written; valid until the next call. */
  JsonText packet() {
    return session.desk().text().raw(EnginePacket.MESSAGE.digit());
  }

  // ── the clock ──

  /** Sets the session's clock to the next thing that runs out here. */
  void rewind() {
    long next = joinBy;
    if (assembly != null) {
      next = Math.min(next, assembly.until);
    }
    if (only != null) {
      next = Math.min(next, only.nextDue());
    } else if (several != null) {
      for (Member member : several.values()) {
        next = Math.min(next, member.nextDue());
      }
    }
    session.wakeAt(next);
  }

  @Override
  public void due(long now) {
    if (joinBy <= now) {
      session.end(Ending.ABORTED);
      return;
    }
    if (assembly != null && assembly.until <= now) {
      session.end(Ending.VIOLATION);
      return;
    }
    if (only != null) {
      only.due(now);
    } else if (several != null) {
      List.copyOf(several.values()).forEach(member -> member.due(now));
    }
    if (session.isOpen()) {
      rewind();
    }
  }
}
