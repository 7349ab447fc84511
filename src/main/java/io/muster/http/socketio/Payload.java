package io.muster.http.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The arguments of an event or an ack as they stand on the wire, good for every namespace, ack id
 * and transport.
 *
 * @param json the array, with placeholders where there was binary
 * @param attachments what the placeholders stand for, at most {@link SocketCodec#ATTACHMENTS_MAX}
 */
public record Payload(byte[] json, List<byte[]> attachments) {

  /**
   * @throws IllegalArgumentException with more attachments than clients accept
   */
  public static Payload ofEvent(String name, List<JsonNode> arguments, JsonText scratch) {
    return written(scratch.reset().array(name, arguments));
  }

  /**
   * @throws IllegalArgumentException with more attachments than clients accept
   */
  public static Payload ofAck(List<JsonNode> arguments, JsonText scratch) {
    return written(scratch.reset().array(null, arguments));
  }

  private static Payload written(JsonText text) {
    List<byte[]> attachments = text.attachments();
    if (attachments.size() > SocketCodec.ATTACHMENTS_MAX) {
      throw new IllegalArgumentException(
          "at most %d attachments, were %d"
              .formatted(SocketCodec.ATTACHMENTS_MAX, attachments.size()));
    }
    return new Payload(text.copy(), attachments);
  }
}
