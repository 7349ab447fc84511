package io.muster.http.edge;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** A POST body on its way in. It grows by what has come, never by what was announced. */
final class PostBody {
  private final EngineServer server;
  private byte[] bytes = new byte[0];
  private int length;

  enum Addition {
    TAKEN,
    TOO_LARGE,
    NO_ROOM
  }

  PostBody(EngineServer server) {
    this.server = server;
  }

  Addition add(ByteBuf part) {
    int more = part.readableBytes();
    if (more > server.settings().limits().payloadBytes() - length) {
      return Addition.TOO_LARGE;
    }
    if (bytes.length - length < more) {
      int capacity = Math.max(bytes.length * 2, length + more);
      if (!server.holdPostBytes(capacity - bytes.length)) {
        return Addition.NO_ROOM;
      }
      bytes = Arrays.copyOf(bytes, capacity);
    }
    part.readBytes(bytes, length, more);
    length += more;
    return Addition.TAKEN;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  void giveBack() {
    server.giveBackPostBytes(bytes.length);
    bytes = new byte[0];
  }
}
