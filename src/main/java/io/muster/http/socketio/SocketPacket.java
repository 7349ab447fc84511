package io.muster.http.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What a Socket.IO client and server say to each other. */
public sealed interface SocketPacket {
  /** In place of an ack id: none is wanted. Ids themselves start at 0. */
  long NO_ID = -1;

  String namespace();

  /**
   * @param payload the client's credentials or the server's answer; empty when there was none
   */
  record Connect(String namespace, ObjectNode payload) implements SocketPacket {}

  record Disconnect(String namespace) implements SocketPacket {}

  /**
   * @param name empty when the packet had no payload, which the protocol permits and nobody means
   */
  record Event(String namespace, long id, String name, List<JsonNode> arguments)
      implements SocketPacket {}

  record Ack(String namespace, long id, List<JsonNode> arguments) implements SocketPacket {}

  record ConnectError(String namespace, JsonNode payload) implements SocketPacket {}

  /**
   * An event or ack that is complete only with its binary attachments.
   *
   * @param attachments how many, 1 to {@link SocketCodec#ATTACHMENTS_MAX}
   */
  record Incomplete(SocketPacket packet, int attachments) implements SocketPacket {
    @Override
    public String namespace() {
      return packet.namespace();
    }

    /** The packet with each placeholder replaced by the bytes it stands for. */
    public SocketPacket with(List<byte[]> bytes) throws MalformedPacket {
      return switch (packet) {
        case Event e ->
            new Event(e.namespace(), e.id(), e.name(), Placeholders.filled(e.arguments(), bytes));
        case Ack a -> new Ack(a.namespace(), a.id(), Placeholders.filled(a.arguments(), bytes));
        case Connect _, Disconnect _, ConnectError _, Incomplete _ ->
            throw new MalformedPacket("attachments to an event or an ack only");
      };
    }
  }
}
