package io.muster.http.edge;

import io.muster.http.edge.EngineQuery.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the Engine.IO requests out of a connection's HTTP, checks them in the order of the protocol
 * and hands them to their session. Everything else goes on to the next handler.
 */
final class EngineRequests extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(EngineRequests.class);

  private final List<EngineServer> servers;
  private final Neighbours neighbours;

  // The Engine.IO request whose body is being read, or whose answer is awaited.
  private EngineServer server;
  private EngineExchange exchange;
  private EngineQuery query;
  private EngineSession session;
  private PostBody body;
  private boolean reading;
  private boolean upgrading;

  EngineRequests(List<EngineServer> servers, Neighbours neighbours) {
    this.servers = servers;
    this.neighbours = neighbours;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request) {
      forget();
      server = serverOf(request.uri());
      reading = server != null;
      if (reading) {
        exchange = new EngineExchange(ctx, request, server.settings().origins());
        var owner = ownerElsewhere(request);
        if (owner.isPresent()) {
          reading = false; // its body goes the same way
          Forwarding.begin(ctx, exchange, clientOf(ctx, request), owner.get());
          return;
        }
        head(ctx, request);
      }
    }
    if (!reading) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      if (message instanceof HttpContent part) {
        content(ctx, part);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private EngineServer serverOf(String uri) {
    for (EngineServer candidate : servers) {
      if (candidate.serves(uri)) {
        return candidate;
      }
    }
    return null;
  }

  /** The node of a session that is not known here, unless somebody was wrong about that before. */
  private Optional<InetSocketAddress> ownerElsewhere(HttpRequest request) {
    if (request.method().equals(HttpMethod.OPTIONS) || Forwarding.wasForwarded(request)) {
      return Optional.empty();
    }
    try {
      return EngineQuery.of(request.uri())
          .sid()
          .filter(sid -> server.find(sid).isEmpty())
          .flatMap(server::nodeOf)
          .flatMap(neighbours::named);
    } catch (IllegalArgumentException notAQuery) {
      return Optional.empty();
    }
  }

  // ── the head ──

  private void head(ChannelHandlerContext ctx, HttpRequest request) {
    if (request.method().equals(HttpMethod.OPTIONS)) {
      exchange.preflight();
      return;
    }
    boolean upgrade = WebSocketOpening.isAsked(request);
    Optional<EngineError> refusal = refusal(request, upgrade);
    if (refusal.isPresent()) {
      exchange.refuseUnread(refusal.get());
    } else if (upgrade) {
      upgrading = true;
    } else if (query.sid().isEmpty()) {
      open(ctx, request);
    } else if (request.method().equals(HttpMethod.GET)) {
      var held = exchange;
      onLoopOf(session, () -> session.get(held));
    } else {
      post(ctx, request);
    }
  }

  /** The checks in the order of the protocol; what depends on the session's state is its own. */
  private Optional<EngineError> refusal(HttpRequest request, boolean upgrade) {
    try {
      query = EngineQuery.of(request.uri());
    } catch (IllegalArgumentException notAQuery) {
      return Optional.of(EngineError.BAD_REQUEST);
    }
    if (query.transport().isEmpty()) {
      return Optional.of(EngineError.UNKNOWN_TRANSPORT);
    }
    if (!isPrintable(request.headers().get(HttpHeaderNames.ORIGIN))) {
      return Optional.of(EngineError.BAD_REQUEST);
    }
    boolean websocket = query.transport().get() == Transport.WEBSOCKET;
    if (query.sid().isPresent()) {
      session = server.find(query.sid().get()).orElse(null);
      if (session == null) {
        return Optional.of(EngineError.UNKNOWN_SESSION);
      }
      if (websocket != upgrade || !query.supported()) {
        return Optional.of(EngineError.BAD_REQUEST);
      }
      if (!isOneOf(request.method(), HttpMethod.GET, HttpMethod.POST)) {
        return Optional.of(EngineError.BAD_REQUEST);
      }
    } else if (!request.method().equals(HttpMethod.GET)) {
      return Optional.of(EngineError.BAD_METHOD);
    } else if (websocket != upgrade) {
      return Optional.of(EngineError.BAD_REQUEST);
    }
    if (!server.settings().origins().mayUseCookie(request.headers())) {
      return Optional.of(EngineError.FORBIDDEN);
    }
    if (!query.supported()) {
      return Optional.of(EngineError.UNSUPPORTED_VERSION);
    }
    if (upgrade && !WebSocketOpening.isWellFormed(request)) {
      return Optional.of(EngineError.BAD_REQUEST);
    }
    return Optional.empty();
  }

  private static boolean isOneOf(HttpMethod method, HttpMethod one, HttpMethod other) {
    return method.equals(one) || method.equals(other);
  }

  private static boolean isPrintable(String origin) {
    return origin == null || origin.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  private void open(ChannelHandlerContext ctx, HttpRequest request) {
    var comeAgain = comeAgainAfterSeconds(request);
    if (comeAgain.isPresent()) {
      exchange.sendAway(comeAgain.getAsInt());
      return;
    }
    ClientAddress client = clientOf(ctx, request);
    if (!server.vestibule().enter(client)) {
      exchange.refuse(EngineError.NO_ROOM);
      return;
    }
    LoopDesk desk = server.desk(ctx.channel().eventLoop());
    String sid = server.newSid();
    Handshake handshake = handshake(request, client);
    var opened = EngineSession.onPolling(server, desk, handshake, client, sid);
    if (opened.isOpen()) {
      server.remember(sid, opened);
    }
    var opening = desk.text();
    server.opening(sid, true).write(opening);
    exchange.packets(opening.copy());
  }

  /** Who shows a cookie is a person at a page: they are few, and they do not wait with devices. */
  private OptionalInt comeAgainAfterSeconds(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.COOKIE)
        ? OptionalInt.empty()
        : server.application().comeAgainAfterSeconds();
  }

  private ClientAddress clientOf(ChannelHandlerContext ctx, HttpRequest request) {
    return server.settings().proxies().clientOf(ctx.channel().remoteAddress(), request.headers());
  }

  private Handshake handshake(HttpRequest request, ClientAddress client) {
    HttpHeaders headers = request.headers();
    return new Handshake(
        client.address(),
        client.forwarded(),
        server.path(),
        query.others(),
        Optional.ofNullable(headers.get(HttpHeaderNames.ORIGIN)),
        Optional.ofNullable(headers.get(HttpHeaderNames.COOKIE)),
        Optional.ofNullable(headers.get(HttpHeaderNames.AUTHORIZATION)),
        Handshake.Dialect.SOCKET_IO);
  }

  private void post(ChannelHandlerContext ctx, HttpRequest request) {
    var posting = exchange;
    var to = session;
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (type.startsWith(HttpHeaderValues.APPLICATION_OCTET_STREAM.toString())) {
      onLoopOf(to, () -> to.postForbidden(posting));
      return;
    }
    // The place is taken now, or two slow bodies would be mixed.
    onLoopOf(to, () -> to.postBegins(posting));
    body = new PostBody(server, session.messageBytesMax());
    if (HttpUtil.getContentLength(request, 0L) > session.messageBytesMax()) {
      refuseBody(EngineError.TOO_LARGE);
    } else if (HttpUtil.is100ContinueExpected(request)) {
      exchange.goOn();
    }
  }

  // ── the body ──

  private void content(ChannelHandlerContext ctx, HttpContent part) {
    boolean last = part instanceof LastHttpContent;
    if (body != null) {
      ByteBuf bytes = part.content();
      switch (body.add(bytes)) {
        case TAKEN -> {
          if (last) {
            posted();
          }
        }
        case TOO_LARGE -> refuseBody(EngineError.TOO_LARGE);
        case NO_ROOM -> refuseBody(EngineError.NO_ROOM);
      }
    }
    if (last && upgrading) {
      upgrading = false;
      upgrade(ctx);
    }
  }

  private void posted() {
    var posting = exchange;
    var to = session;
    var whole = body;
    body = null;
    onLoopOf(
        to,
        () -> {
          to.posted(posting, whole.bytes(), whole.length());
          whole.giveBack();
        });
  }

  private void refuseBody(EngineError error) {
    var posting = exchange;
    var to = session;
    body.giveBack();
    body = null;
    onLoopOf(to, () -> to.postRefused(posting, error));
  }

  // ── upgrades ──

  private void upgrade(ChannelHandlerContext ctx) {
    if (query.sid().isPresent()) {
      takeOver(ctx);
      return;
    }
    HttpRequest request = exchange.request();
    var comeAgain = comeAgainAfterSeconds(request);
    if (comeAgain.isPresent()) {
      exchange.sendAway(comeAgain.getAsInt());
      return;
    }
    ClientAddress client = clientOf(ctx, request);
    if (!server.vestibule().enter(client)) {
      exchange.refuseUnread(EngineError.NO_ROOM);
      return;
    }
    LoopDesk desk = server.desk(ctx.channel().eventLoop());
    EdgeSettings.Limits limits = server.settings().limits();
    var opened =
        EngineSession.onWebSocket(server, desk, handshake(request, client), client, query.base64());
    var socket = new WebSocket(desk, limits.fragments(), opened);
    var opening = desk.text();
    server.opening(server.newSid(), false).write(opening);
    WebSocketOpening.accept(ctx, request, desk, opening);
    ctx.pipeline().addLast("websocket", socket);
    opened.opened(socket);
    WebSocketOpening.leaveHttp(ctx, socket);
  }

  /** A WebSocket for a session that polls: it moves to the session's loop before it is heard. */
  private void takeOver(ChannelHandlerContext ctx) {
    var asked = exchange;
    var to = session;
    var at = server;
    var mine = ctx.channel().eventLoop();
    var limits = server.settings().limits();
    LoopDesk theirs = to.desk();
    // Nothing is read until the WebSocket is on its loop.
    ctx.channel().config().setAutoRead(false);
    forget();
    onLoopOf(
        to,
        () -> {
          boolean mayUpgrade = to.claimUpgrade();
          mine.execute(
              () -> {
                if (!mayUpgrade) {
                  WebSocketOpening.turnAway(ctx, asked.request(), at.desk(mine));
                  return;
                }
                var probe = new Probe(to);
                var socket = new WebSocket(theirs, limits.fragments(), probe);
                WebSocketOpening.acceptOn(
                    ctx, asked.request(), at.desk(mine), theirs, socket, () -> probe.on(socket));
              });
        });
  }

  // ── the end ──

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (exchange != null && session != null) {
      var lost = exchange;
      var from = session;
      onLoopOf(from, () -> from.lost(lost));
    }
    forget();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!reading) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    if (!(cause instanceof IOException)) {
      log.error("A connection is dropped because of a fault", cause);
    }
    ctx.close();
  }

  private void forget() {
    if (body != null) {
      body.giveBack();
    }
    server = null;
    exchange = null;
    query = null;
    session = null;
    body = null;
    upgrading = false;
  }

  private static void onLoopOf(EngineSession session, Runnable task) {
    if (session.loop().inEventLoop()) {
      task.run();
    } else if (!session.loop().isShuttingDown()) {
      session.loop().execute(task);
    }
  }
}
