package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.muster.http.socketio.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.Base64;
import java.util.Optional;

/** From HTTP to a WebSocket: after it the pipeline holds the WebSocket and nothing else. */
final class WebSocketOpening {
  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;

  private WebSocketOpening() {}

  static boolean isAsked(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
  }

  static boolean isWellFormed(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.method().equals(HttpMethod.GET)
        && VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))
        && isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY));
  }

  private static boolean isKey(String key) {
    try {
      return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  /** Writes the 101 and a first message behind it. */
  static void accept(
      ChannelHandlerContext ctx, HttpRequest request, LoopDesk desk, JsonText first) {
    ByteBuf answer = answer(ctx, request, desk, first.length() + WebSocket.HEAD_BYTES_MAX);
    send(ctx, WebSocket.appendText(answer, first));
  }

  /** Writes the 101, with the subprotocol that was picked of those that were offered. */
  static void accept(
      ChannelHandlerContext ctx, HttpRequest request, LoopDesk desk, Optional<String> subprotocol) {
    var picked = subprotocol.map(name -> "\r\nSec-WebSocket-Protocol: " + name).orElse("");
    send(ctx, answer(ctx, request, desk, picked, 0));
  }

  private static ByteBuf answer(
      ChannelHandlerContext ctx, HttpRequest request, LoopDesk desk, int room) {
    return answer(ctx, request, desk, "", room);
  }

  private static ByteBuf answer(
      ChannelHandlerContext ctx, HttpRequest request, LoopDesk desk, String more, int room) {
    String key = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    String answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + desk.acceptOf(key)
            + more
            + "\r\n\r\n";
    ByteBuf bytes = ctx.alloc().directBuffer(answer.length() + room);
    bytes.writeCharSequence(answer, US_ASCII);
    return bytes;
  }

  private static void send(ChannelHandlerContext ctx, ByteBuf bytes) {
    // Past the HTTP codec, which would not take plain bytes.
    ChannelHandlerContext codec = ctx.pipeline().context(HttpServerCodec.class);
    codec.writeAndFlush(bytes, codec.voidPromise());
  }

  /** Accepts and hangs up: real clients then stay on the transport they have. */
  static void turnAway(ChannelHandlerContext ctx, HttpRequest request, LoopDesk desk) {
    send(ctx, answer(ctx, request, desk, 0));
    ctx.close();
  }

  /** Removes all that speaks HTTP; bytes it has read too far come out at the WebSocket. */
  static void leaveHttp(ChannelHandlerContext ctx, WebSocket socket) {
    ChannelPipeline pipeline = ctx.pipeline();
    ChannelHandler codec = pipeline.get(HttpServerCodec.class);
    for (ChannelHandler handler : pipeline.toMap().values()) {
      if (handler != socket && handler != codec) {
        pipeline.remove(handler);
      }
    }
    pipeline.remove(codec);
  }

  /**
   * Accepts, moves the connection to the loop of {@code theirs} and runs {@code arrived} there.
   * Nothing may be reading meanwhile; afterwards it is.
   */
  static void acceptOn(
      ChannelHandlerContext ctx,
      HttpRequest request,
      LoopDesk mine,
      LoopDesk theirs,
      WebSocket socket,
      Runnable arrived) {
    send(ctx, answer(ctx, request, mine, 0));
    if (mine == theirs) {
      arrive(ctx, socket, arrived);
      return;
    }
    Channel channel = ctx.channel();
    channel
        .deregister()
        .addListener(
            left -> {
              if (left.isSuccess() && !theirs.loop().isShuttingDown()) {
                theirs
                    .loop()
                    .register(channel)
                    .addListener(
                        come -> {
                          if (come.isSuccess()) {
                            arrive(ctx, socket, arrived);
                          } else {
                            channel.close();
                          }
                        });
              } else {
                channel.close();
              }
            });
  }

  private static void arrive(ChannelHandlerContext ctx, WebSocket socket, Runnable arrived) {
    ctx.pipeline().addLast("websocket", socket);
    arrived.run();
    leaveHttp(ctx, socket);
    ctx.channel().config().setAutoRead(true);
  }
}
