package io.muster.app.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * One client's socket, from the HTTP upgrade to its end: bytes to {@link FromGateway} and back. It
 * keeps nothing per message, so that thousands fit in one process.
 */
final class Connection extends ChannelInboundHandlerAdapter {

  /** Who listens; called on the event loop. */
  interface Client {
    /** The socket stands and the gateway waits for a CONNECT. */
    void opened(FromGateway.Open open);

    void heard(FromGateway message);

    /** The socket is gone. Called exactly once, also when it never stood. */
    void ended(String reason);
  }

  private static final byte[] NOTHING = {};
  private static final byte[] PONG = {'3'};
  // An answer to the upgrade has a few headers; more than this is no gateway.
  private static final int LONGEST_HEAD = 8192;
  private static final int END_OF_HEAD = 0x0D0A0D0A;

  private final Target target;
  private final Client client;
  private Channel channel;
  private ByteBuf rest;
  private boolean upgraded;
  private boolean deaf;
  private String reason = "transport closed";

  Connection(Target target, Client client) {
    this.target = target;
    this.client = client;
  }

  // ── out ──

  /** Sends {@code 4<type><id>} and a body of JSON; nothing once the client went silent. */
  void send(String head, byte[] json) {
    if (!deaf && channel != null && channel.isActive()) {
      channel.writeAndFlush(Frames.text(channel.alloc(), head, json), channel.voidPromise());
    }
  }

  boolean takesMore() {
    return channel != null && channel.isWritable();
  }

  /** The network goes away without a word: nothing is read and nothing answered any more. */
  void fallSilent() {
    deaf = true;
    if (channel != null) {
      channel.config().setAutoRead(false);
    }
  }

  /** Drops TCP; with a reset, so that no port of ours lingers. */
  void drop(String why) {
    reason = why;
    if (channel != null) {
      channel.close();
    }
  }

  // ── in ──

  @Override
  public void channelActive(ChannelHandlerContext context) {
    channel = context.channel();
    channel.writeAndFlush(channel.alloc().buffer().writeBytes(target.handshake()));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var bytes = (ByteBuf) message;
    if (rest != null) {
      bytes = rest.writeBytes(bytes);
      ((ByteBuf) message).release();
      rest = null;
    }
    try {
      if (upgraded || upgrade(bytes)) {
        Frames.read(bytes, this::frame);
      }
      if (bytes.isReadable()) {
        rest = context.alloc().buffer(bytes.readableBytes() * 2).writeBytes(bytes);
      }
    } finally {
      bytes.release();
    }
  }

  private boolean upgrade(ByteBuf bytes) {
    int end = bytes.readerIndex();
    while (end + 4 <= bytes.writerIndex() && bytes.getInt(end) != END_OF_HEAD) {
      end++;
    }
    if (end + 4 > bytes.writerIndex()) {
      if (bytes.readableBytes() > LONGEST_HEAD) {
        drop("no answer to the upgrade");
        bytes.skipBytes(bytes.readableBytes());
      }
      return false;
    }
    var head = bytes.readSlice(end + 4 - bytes.readerIndex());
    var status = head.toString(StandardCharsets.US_ASCII).lines().findFirst().orElse("");
    upgraded = status.startsWith("HTTP/1.1 101");
    if (!upgraded) {
      drop("upgrade refused: " + status);
      bytes.skipBytes(bytes.readableBytes());
    }
    return upgraded;
  }

  private void frame(int opcode, ByteBuf payload) {
    switch (opcode) {
      case Frames.TEXT -> packet(FromGateway.read(payload));
      case Frames.PING -> pong(payload);
      case Frames.CLOSE -> drop("closed by the gateway" + code(payload));
      default -> {} // Attachments and pongs: nothing here waits for them.
    }
  }

  private void packet(FromGateway packet) {
    switch (packet) {
      case FromGateway.Open open -> client.opened(open);
      case FromGateway.Ping ping -> {
        if (!deaf) {
          channel.writeAndFlush(Frames.masked(channel.alloc(), Frames.TEXT, PONG, NOTHING));
        }
        client.heard(ping);
      }
      case FromGateway.Joined _,
          FromGateway.Refused _,
          FromGateway.Dismissed _,
          FromGateway.Event _,
          FromGateway.Ack _,
          FromGateway.Other _ ->
          client.heard(packet);
    }
  }

  private void pong(ByteBuf payload) {
    var body = ByteBufUtil.getBytes(payload);
    channel.writeAndFlush(Frames.masked(channel.alloc(), Frames.PONG, NOTHING, body));
  }

  private static String code(ByteBuf payload) {
    return payload.readableBytes() < 2 ? "" : " (" + payload.readUnsignedShort() + ")";
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (rest != null) {
      rest.release();
      rest = null;
    }
    client.ended(reason);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable fault) {
    drop(fault instanceof IOException ? "transport lost" : "protocol: " + fault.getMessage());
  }
}
