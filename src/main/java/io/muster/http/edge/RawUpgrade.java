package io.muster.http.edge;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Claims the requests below one path and turns each into a WebSocket; every other request passes.
 *
 * <p>Tokens come as they do for {@link PlainUpgrade}. Of the subprotocols that a client offers one
 * is always picked, because a client that has offered some and is given none fails.
 */
public final class RawUpgrade extends ChannelInboundHandlerAdapter {
  private static final Duration TICK = Duration.ofMillis(100);

  /**
   * @param path begins and ends with a slash, such as {@code /realtime/}
   * @param origins pages that may come from elsewhere
   */
  public record Mount(
      String path,
      RawApplication application,
      RawLimits limits,
      TrustedProxies proxies,
      AllowedOrigins origins) {}

  private final Mount mount;
  private final Vestibule vestibule;
  private final Map<EventLoop, LoopDesk> desks;
  private HttpRequest claimed;
  private boolean refused;

  private RawUpgrade(Mount mount, Vestibule vestibule, Map<EventLoop, LoopDesk> desks) {
    this.mount = mount;
    this.vestibule = vestibule;
    this.desks = desks;
  }

  /** What a listener puts into each new connection's pipeline, before the routes. */
  public static Supplier<ChannelHandler> serving(Mount mount) {
    var vestibule = new Vestibule(mount.limits().strangersPerAddress(), mount.limits().strangers());
    var desks = new ConcurrentHashMap<EventLoop, LoopDesk>();
    return () -> new RawUpgrade(mount, vestibule, desks);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request) {
      refused = false;
      claimed = PlainUpgrade.path(request).startsWith(mount.path()) ? request : null;
    }
    if (claimed == null && !refused) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      if (message instanceof HttpRequest request) {
        objection(request).ifPresent(complaint -> refuse(ctx, complaint));
      }
      if (message instanceof LastHttpContent && !refused) {
        upgrade(ctx, claimed);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private Optional<Complaint> objection(HttpRequest request) {
    if (!WebSocketOpening.isAsked(request)) {
      return Optional.of(Complaint.UPGRADE_REQUIRED);
    }
    if (!WebSocketOpening.isWellFormed(request)) {
      return Optional.of(Complaint.BAD_REQUEST);
    }
    return mount.origins().mayUseCookie(request.headers())
        ? Optional.empty()
        : Optional.of(Complaint.FORBIDDEN_ORIGIN);
  }

  private void refuse(ChannelHandlerContext ctx, Complaint complaint) {
    refused = true;
    claimed = null;
    ctx.writeAndFlush(complaint.farewell());
  }

  private void upgrade(ChannelHandlerContext ctx, HttpRequest request) {
    var client = mount.proxies().clientOf(ctx.channel().remoteAddress(), request.headers());
    if (!vestibule.enter(client)) {
      refuse(ctx, Complaint.CROWDED);
      return;
    }
    var offered = PlainUpgrade.offered(request);
    var carrier = PlainUpgrade.carrier(offered);
    var desk = desks.computeIfAbsent(ctx.channel().eventLoop(), loop -> new LoopDesk(loop, TICK));
    var raw =
        new RawSocket(
            mount.limits(),
            PlainUpgrade.handshake(client, request),
            ctx.channel(),
            desk,
            () -> vestibule.leave(client));
    WebSocketOpening.accept(ctx, request, desk, carrier.or(() -> offered.stream().findFirst()));
    ctx.pipeline().addLast("websocket", raw.socket());
    raw.begin(mount.application(), PlainUpgrade.token(request, carrier));
    WebSocketOpening.leaveHttp(ctx, raw.socket());
  }
}
