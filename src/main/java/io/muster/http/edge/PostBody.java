package io.muster.http.edge;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** A POST body on its way in. It grows by what has come, never by what was announced. */
final class PostBody {
  private final EngineServer server;
  private final int bytesMax;
  private byte[] bytes = new byte[0];
  private int length;

  enum Addition {
    TAKEN,
    TOO_LARGE,
    NO_ROOM
  }

  PostBody(EngineServer server, int bytesMax) {
    this.server = server;
    this.bytesMax = bytesMax;
  }

  Addition add(ByteBuf part) {
    int more = part.readableBytes();
    if (more > bytesMax - length) {
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
