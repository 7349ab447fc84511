package io.muster.http.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/** What a channel still owes its client. */
final class Backlog {
  private Backlog() {}

  /** Bytes written and not yet taken by the kernel. On the channel's event loop only. */
  static long of(Channel channel) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }
}
