package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.socketio.JsonText;
import io.muster.http.socketio.Payload;
import io.muster.http.socketio.SocketCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An event for clients, encoded at most once per wire dialect however many sockets it goes to.
 * Immutable, thread-safe.
 */
public final class Frame {
  private static final FastThreadLocal<JsonText> SCRATCH =
      new FastThreadLocal<>() {
        @Override
        protected JsonText initialValue() {
          return new JsonText();
        }
      };

  private final String event;
  private final List<JsonNode> arguments;

  // Caches. Two threads may fill one at the same time, with equal and immutable values.
  private Payload payload;
  private volatile ByteBuf plain;
  private Shared shared;

  /** Immutable, so that it may be handed to another thread without a lock. */
  private record Shared(ByteBuf body) {}

  private Frame(String event, List<JsonNode> arguments) {
    this.event = event;
    this.arguments = arguments;
  }

  /**
   * @throws IllegalArgumentException for a name that ends the connection of a real client
   */
  public static Frame event(String name, JsonNode... arguments) {
    if (isReserved(name)) {
      throw new IllegalArgumentException("an event name that is not reserved, was " + name);
    }
    return new Frame(name, List.of(arguments));
  }

  /** Whether real clients keep the name of an event for themselves. */
  public static boolean isReserved(String name) {
    return SocketCodec.RESERVED.contains(name);
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

  /**
   * The Socket.IO arguments: {@code ["name",…]}.
   *
   * @throws IllegalArgumentException with more attachments than clients accept
   */
  Payload payload() {
    Payload known = payload;
    if (known == null) {
      known = Payload.ofEvent(event, arguments, SCRATCH.get());
      payload = known;
    }
    return known;
  }

  /**
   * The same arguments as {@link #payload()} in memory that the kernel can read, for bodies too
   * large to be copied for each socket. Collected with the frame; retain it for each write.
   */
  ByteBuf sharedBody() {
    Shared known = shared;
    if (known == null) {
      byte[] json = payload().json();
      var direct = ByteBuffer.allocateDirect(json.length).put(json).flip();
      known = new Shared(Unpooled.wrappedBuffer(direct));
      shared = known;
    }
    return known.body();
  }
}
