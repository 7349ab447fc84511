package io.muster.http.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A client of a plain WebSocket at the door. May be answered from any thread, once. */
final class PlainJoining implements SocketApplication.Joining {
  private final PlainSocket socket;
  private final ObjectNode auth;
  private final AtomicBoolean unanswered = new AtomicBoolean(true);

  PlainJoining(PlainSocket socket, ObjectNode auth) {
    this.socket = socket;
    this.auth = auth;
  }

  @Override
  public String namespace() {
    return "/";
  }

  @Override
  public ObjectNode auth() {
    return auth;
  }

  @Override
  public Handshake handshake() {
    return socket.handshake();
  }

  @Override
  public EventLoop loop() {
    return socket.loop();
  }

  @Override
  public boolean hasLeft() {
    return !unanswered.get() || socket.hasGone();
  }

  @Override
  public Socket accept(SocketHandler handler, Optional<String> pid) {
    answer(() -> socket.letIn(handler));
    return socket;
  }

  @Override
  public void refuse(String message, ObjectNode data) {
    answer(() -> socket.sendAway(message, data));
  }

  @Override
  public void turnAway(Ending ending) {
    answer(() -> socket.turnAway(ending));
  }

  private void answer(Runnable answer) {
    if (unanswered.getAndSet(false)) {
      socket.onLoop(answer);
    }
  }
}
