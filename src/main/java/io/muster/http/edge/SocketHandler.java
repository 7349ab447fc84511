package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * What the application does with one joined client. Called on the socket's event loop only; nothing
 * here may block.
 */
public interface SocketHandler {

  /**
   * An event with its arguments; binary attachments are {@link
   * com.fasterxml.jackson.databind.node.BinaryNode}s.
   */
  void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge);

  /**
   * Any frame is life, a pong included. Called for each frame that is not an event; must be cheap.
   */
  default void alive() {}

  /**
   * The socket has ended, for whatever reason. Called exactly once, and nothing is called after it.
   */
  void ended();

  /**
   * Answers the ack id a client gave. The first call counts; may be called from any thread, now or
   * later.
   */
  @FunctionalInterface
  interface Acknowledge {
    void with(JsonNode... arguments);
  }
}
