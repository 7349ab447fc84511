package io.muster.app.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** The little JSON a simulated client reads. What cannot be read counts as absent. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private static final byte[] SUCCESS = "\"success\":true".getBytes(StandardCharsets.US_ASCII);
  // The envelope begins with it, whatever follows.
  private static final int SUCCESS_STANDS_WITHIN = 64;

  private Json() {}

  static JsonNode read(ByteBuf json) {
    try (var stream = new ByteBufInputStream(json.duplicate())) {
      var node = MAPPER.readTree(stream);
      return node == null ? MissingNode.getInstance() : node;
    } catch (IOException unreadable) {
      return MissingNode.getInstance();
    }
  }

  static Optional<String> text(ByteBuf json, String field) {
    return Optional.ofNullable(read(json).path(field).textValue());
  }

  /** After this long without a ping the official clients take the connection for lost. */
  static Duration silence(ByteBuf open) {
    var node = read(open);
    return Duration.ofMillis(
        node.path("pingInterval").asLong(25_000) + node.path("pingTimeout").asLong(20_000));
  }

  /**
   * Whether the ack envelope says success; without parsing, as this is asked for each heartbeat.
   */
  static boolean succeeded(ByteBuf array) {
    int end = Math.min(array.readableBytes(), SUCCESS_STANDS_WITHIN) - SUCCESS.length;
    for (int from = 0; from <= end; from++) {
      if (matches(array, array.readerIndex() + from)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(ByteBuf array, int at) {
    for (int i = 0; i < SUCCESS.length; i++) {
      if (array.getByte(at + i) != SUCCESS[i]) {
        return false;
      }
    }
    return true;
  }
}
