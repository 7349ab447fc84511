package io.muster.app.swarm;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.util.ArrayDeque;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Kept-alive HTTP connections with one request on each at a time. Confined to the swarm's loop. */
final class HttpPool {
  private static final int MOST_CONNECTIONS = 256;
  private static final int MOST_WAITING = 20_000;
  private static final int LARGEST_ANSWER = 1 << 20;

  /** The status of a request that got none. */
  static final int NO_ANSWER = 0;

  /**
   * @param answered gets the status, or {@link #NO_ANSWER}; exactly once
   */
  private record Errand(Supplier<FullHttpRequest> request, IntConsumer answered) {}

  private final Bootstrap bootstrap;
  private final ArrayDeque<Errand> waiting = new ArrayDeque<>();
  private final ArrayDeque<Line> idle = new ArrayDeque<>();
  private int lines;

  HttpPool(Bootstrap bootstrap) {
    this.bootstrap = bootstrap;
  }

  void send(Supplier<FullHttpRequest> request, IntConsumer answered) {
    if (waiting.size() >= MOST_WAITING) {
      answered.accept(NO_ANSWER);
      return;
    }
    waiting.add(new Errand(request, answered));
    if (!idle.isEmpty()) {
      idle.pop().next();
    } else if (lines < MOST_CONNECTIONS) {
      lines++;
      open();
    }
  }

  private void open() {
    var line = new Line();
    bootstrap
        .clone()
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpClientCodec())
                    .addLast(new HttpObjectAggregator(LARGEST_ANSWER))
                    .addLast(line);
              }
            })
        .connect()
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                lines--;
                var errand = waiting.poll();
                if (errand != null) {
                  errand.answered().accept(NO_ANSWER);
                }
              }
            });
  }

  private final class Line extends SimpleChannelInboundHandler<FullHttpResponse> {
    private Channel channel;
    private Errand current;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      channel = context.channel();
      next();
    }

    private void next() {
      current = waiting.poll();
      if (current == null) {
        idle.push(this);
      } else {
        channel.writeAndFlush(current.request().get());
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      var answered = current;
      current = null;
      if (answered != null) {
        answered.answered().accept(response.status().code());
      }
      next();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      lines--;
      idle.remove(this);
      if (current != null) {
        current.answered().accept(NO_ANSWER);
        current = null;
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable fault) {
      context.close();
    }
  }
}
