package io.muster.http.edge;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * One Engine.IO request and its answer. The session that answers may live on another loop than the
 * connection that asked.
 */
final class EngineExchange {
  private static final String TEXT = "text/plain; charset=UTF-8";
  private static final String HTML = "text/html";
  private static final String JSON = "application/json";
  private static final byte[] OK = {'o', 'k'};
  private static final byte[] NOTHING = {};

  private final ChannelHandlerContext ctx;
  private final HttpRequest request;
  private final AllowedOrigins origins;
  private boolean answered;

  EngineExchange(ChannelHandlerContext ctx, HttpRequest request, AllowedOrigins origins) {
    this.ctx = ctx;
    this.request = request;
    this.origins = origins;
  }

  HttpRequest request() {
    return request;
  }

  ChannelHandlerContext ctx() {
    return ctx;
  }

  /** Packets for the client, or a handshake. */
  void packets(byte[] body) {
    answer(200, TEXT, body, false);
  }

  /** A POST was taken. The text is compared by clients. */
  void ok() {
    answer(200, HTML, OK, false);
  }

  void refuse(EngineError error) {
    answer(error.status(), JSON, error.body(), false);
  }

  /** Nothing was opened; the connection ends, for there may be thousands of them. */
  void sendAway(int comeAgainAfterSeconds) {
    var answer = whole(EngineError.NO_ROOM.status(), JSON, EngineError.NO_ROOM.body());
    answer.headers().setInt(HttpHeaderNames.RETRY_AFTER, comeAgainAfterSeconds);
    send(answer, true);
  }

  /** Refused while its body may still be coming, so the connection ends with the answer. */
  void refuseUnread(EngineError error) {
    answer(error.status(), JSON, error.body(), true);
  }

  /** A request on top of another of its kind. */
  void overlapping() {
    answer(400, HTML, NOTHING, true);
  }

  /** The client waits to be asked for the body. */
  void goOn() {
    ctx.writeAndFlush(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
  }

  void preflight() {
    var answer = response(204, NOTHING);
    origins.permitPreflight(request.headers(), answer.headers());
    send(answer, false);
  }

  private void answer(int status, String type, byte[] body, boolean last) {
    send(whole(status, type, body), last);
  }

  private DefaultFullHttpResponse whole(int status, String type, byte[] body) {
    var answer = response(status, body);
    HttpHeaders headers = answer.headers();
    headers.set(HttpHeaderNames.CONTENT_TYPE, type);
    headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    origins.permit(request.headers(), headers);
    return answer;
  }

  private static DefaultFullHttpResponse response(int status, byte[] body) {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(status),
        body.length == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
  }

  private void send(DefaultFullHttpResponse answer, boolean last) {
    if (last || !HttpUtil.isKeepAlive(request)) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    if (ctx.channel().eventLoop().inEventLoop()) {
      write(answer);
    } else {
      ctx.channel().eventLoop().execute(() -> write(answer));
    }
  }

  private void write(DefaultFullHttpResponse answer) {
    // Two who answer at once is possible only around a close; the first has said it.
    if (answered || ctx.isRemoved()) {
      answer.release();
      return;
    }
    answered = true;
    ctx.writeAndFlush(answer);
  }
}
