package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * An event for clients, encoded at most once per wire dialect however many sockets it goes to.
 * Immutable, thread-safe.
 */
public final class Frame {
  private final String event;
  private final List<JsonNode> arguments;
  private volatile ByteBuf plain;

  private Frame(String event, List<JsonNode> arguments) {
    this.event = event;
    this.arguments = arguments;
  }

  public static Frame event(String name, JsonNode... arguments) {
    return new Frame(name, List.of(arguments));
  }

  public String event() {
    return event;
  }

  public List<JsonNode> arguments() {
    return arguments;
  }

  /** The whole WebSocket frame of the plain dialect; the same bytes for every socket. */
  ByteBuf plain() {
    ByteBuf encoded = plain;
    if (encoded == null) {
      // Two threads may both encode; either result will do.
      encoded =
          Unpooled.unreleasableBuffer(PlainFrames.text(PlainMessage.event(this, 0)).asReadOnly());
      plain = encoded;
    }
    return encoded.duplicate();
  }
}
