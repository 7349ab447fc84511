package io.muster.http.edge;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A request for a session of another node: this connection becomes a line to that node, for this
 * one request or for the WebSocket that it opens. Bytes pass as they come, as fast as the slower
 * side takes them; when one side ends, so does the other.
 */
final class Forwarding extends ChannelInboundHandlerAdapter {
  /** Names a request that has been forwarded once, so that none goes in circles. */
  private static final String FORWARDED = "Muster-Forwarded";

  private static final String CLIENT = "X-Forwarded-For";
  private static final int CONNECT_MILLIS = 3_000;

  // A poll is held for 25 s, and a WebSocket is pinged as often.
  private static final int SILENCE_SECONDS_MAX = 120;

  // Each costs two sockets; a load balancer without affinity brings few of them.
  private static final int LINES_MAX = 4_096;
  private static final AtomicInteger LINES = new AtomicInteger();

  private final EngineExchange exchange;
  private final boolean isUpgrade;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private Channel owner;
  private boolean hasEnded;

  private Forwarding(EngineExchange exchange, boolean isUpgrade) {
    this.exchange = exchange;
    this.isUpgrade = isUpgrade;
  }

  static boolean wasForwarded(HttpRequest request) {
    return request.headers().contains(FORWARDED);
  }

  /**
   * Takes over the connection. The request's body, if any, comes through the pipeline.
   *
   * @param exchange answered here only when the other node cannot be reached
   */
  static void begin(
      ChannelHandlerContext ctx,
      EngineExchange exchange,
      ClientAddress client,
      InetSocketAddress owner) {
    if (LINES.incrementAndGet() > LINES_MAX) {
      LINES.decrementAndGet();
      exchange.refuseUnread(EngineError.NO_ROOM);
      return;
    }
    var request = exchange.request();
    boolean isUpgrade = WebSocketOpening.isAsked(request);
    var forwarding = new Forwarding(exchange, isUpgrade);
    ctx.channel().closeFuture().addListener(_ -> LINES.decrementAndGet());
    ctx.channel().config().setAutoRead(false);
    var pipeline = ctx.pipeline();
    pipeline.addAfter(ctx.name(), "forwarding", forwarding);
    forwarding.waiting.add(marked(request, client, isUpgrade));
    forwarding.connect(pipeline.context(forwarding), owner);
  }

  private static HttpRequest marked(HttpRequest request, ClientAddress client, boolean isUpgrade) {
    var headers = request.headers();
    headers.set(FORWARDED, "1");
    headers.set(CLIENT, client.address().getHostAddress());
    if (!isUpgrade) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return request;
  }

  private void connect(ChannelHandlerContext ctx, InetSocketAddress where) {
    new Bootstrap()
        .group(ctx.channel().eventLoop())
        .channel(ctx.channel().getClass())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.config().setAutoRead(false);
                channel
                    .pipeline()
                    .addLast(
                        new HttpRequestEncoder(),
                        new ReadTimeoutHandler(SILENCE_SECONDS_MAX),
                        new Back(ctx));
              }
            })
        .connect(where)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (hasEnded) {
                    connected.channel().close();
                  } else if (connected.isSuccess()) {
                    open(ctx, connected.channel());
                  } else {
                    exchange.refuseUnread(EngineError.UNKNOWN_SESSION); // so that it opens another
                  }
                });
  }

  private void open(ChannelHandlerContext ctx, Channel connected) {
    owner = connected;
    // From here on nobody else has a say in this connection.
    for (ChannelHandler handler : ctx.pipeline().toMap().values()) {
      if (handler != this && !(handler instanceof HttpServerCodec)) {
        ctx.pipeline().remove(handler);
      }
    }
    while (!waiting.isEmpty()) {
      pass(ctx, waiting.poll());
    }
    owner.flush();
    owner.config().setAutoRead(true);
    ctx.channel().config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (owner == null) {
      waiting.add(message);
    } else {
      pass(ctx, message);
    }
  }

  private void pass(ChannelHandlerContext ctx, Object message) {
    if (hasEnded) {
      ReferenceCountUtil.release(message);
      return;
    }
    owner.write(message);
    if (isUpgrade && message instanceof LastHttpContent) {
      owner.pipeline().remove(HttpRequestEncoder.class);
      ctx.pipeline().remove(HttpServerCodec.class); // what follows are bytes
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (owner != null) {
      owner.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (owner != null) {
      owner.config().setAutoRead(ctx.channel().isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    hasEnded = true;
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    if (owner != null) {
      owner.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // whoever is lost comes back
  }

  /** What the other node says goes to the client as it is. */
  private final class Back extends ChannelInboundHandlerAdapter {
    private final ChannelHandlerContext client;

    Back(ChannelHandlerContext client) {
      this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      // Below the codec, where there still is one.
      client.pipeline().firstContext().write((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      client.pipeline().firstContext().flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      client.channel().config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      client
          .pipeline()
          .firstContext()
          .writeAndFlush(client.alloc().buffer(0, 0))
          .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
