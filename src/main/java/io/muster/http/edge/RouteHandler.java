package io.muster.http.edge;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of an HTTP pipeline: whatever no other handler has claimed is answered by the
 * routes. Must stand behind a {@link Doorman}, which sees to it that there is one request at a
 * time.
 *
 * <p>A request's body is complete before the route runs, so that no route ever waits for a slow
 * client; answers may be strict or streamed. {@code HEAD} runs the route of {@code GET}.
 */
public final class RouteHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(RouteHandler.class);

  private final Routing routing;
  private Exchange current;

  private RouteHandler(Routing routing) {
    this.routing = routing;
  }

  /** What a listener puts at the end of each new connection's pipeline. */
  public static Supplier<ChannelHandler> answering(Routing routing) {
    return () -> new RouteHandler(routing);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.pipeline().get(Doorman.class) == null) {
      throw new IllegalStateException("A RouteHandler stands behind a Doorman");
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest head) {
        current = new Exchange(ctx, routing, head);
        current.begin();
      }
      if (message instanceof HttpContent part && current != null) {
        current.received(part.content());
        if (part instanceof LastHttpContent) {
          current.complete();
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (current != null) {
      current.writabilityChanged();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    clientIsGone();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    clientIsGone();
  }

  private void clientIsGone() {
    if (current != null) {
      current.abandon();
      current = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets are the weather of the network; anything else is ours.
    if (!(cause instanceof IOException)) {
      log.warn("An HTTP connection is closed after a fault", cause);
    }
    ctx.close();
  }
}
