package io.muster.http.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.apache.pekko.util.ByteString;

/** Pekko's bytes as Netty's, without a copy. */
final class Bytes {
  private Bytes() {}

  static ByteBuf toNetty(ByteString bytes) {
    if (bytes.isEmpty()) {
      return Unpooled.EMPTY_BUFFER;
    }
    var buffers = new ArrayList<ByteBuffer>(1);
    bytes.getByteBuffers().forEach(buffers::add);
    return Unpooled.wrappedBuffer(buffers.toArray(ByteBuffer[]::new));
  }
}
