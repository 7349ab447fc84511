package io.muster.http.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A message that comes in several frames, as far as it has come. */
final class PlainFragments {
  private final int bytesMax;
  private ByteBuf soFar;

  PlainFragments(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Whether the message is still small enough. */
  boolean add(ByteBufAllocator allocator, ByteBuf part) {
    if (soFar == null) {
      soFar = allocator.buffer();
    }
    if (soFar.readableBytes() + part.readableBytes() > bytesMax) {
      return false;
    }
    soFar.writeBytes(part);
    return true;
  }

  /** The whole message; now the caller's to release. */
  ByteBuf take() {
    ByteBuf whole = soFar;
    soFar = null;
    return whole;
  }

  void release() {
    if (soFar != null) {
      soFar.release();
      soFar = null;
    }
  }
}
