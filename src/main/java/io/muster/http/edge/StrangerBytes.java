package io.muster.http.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands before the frame decoder of a plain WebSocket that has not joined, and counts. A token
 * fits many times; thousands of strangers cannot fill the memory with half a message each. Taken
 * out when the client has joined.
 */
final class StrangerBytes extends ChannelInboundHandlerAdapter {
  private final PlainSocket socket;
  private int left;

  StrangerBytes(PlainSocket socket, int max) {
    this.socket = socket;
    this.left = max;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      left -= bytes.readableBytes();
    }
    if (left < 0) {
      ReferenceCountUtil.release(message);
      socket.strangerSaidTooMuch();
    } else {
      ctx.fireChannelRead(message);
    }
  }
}
