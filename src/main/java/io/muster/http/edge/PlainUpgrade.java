package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.muster.http.auth.Presented;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.ReferenceCountUtil;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Claims {@code /ws/device} and {@code /ws/dashboard} of an HTTP pipeline and turns the connection
 * into a plain WebSocket; every other request passes. After the upgrade nothing of HTTP is left in
 * the pipeline: all handlers from the HTTP codec on make way for a frame decoder and the socket.
 *
 * <p>A token comes as {@code Authorization: Bearer}, as the subprotocol {@code auth.<token>} or in
 * the first frame; never in the query, which ends in everybody's logs: a {@code token} there is not
 * even handed on. A browser fails a connection whose server picks none of the subprotocols it
 * offered, so one is always picked: {@code muster} when it was offered beside the token, and the
 * token's own otherwise. Clients should offer both, so that the token is not repeated.
 */
public final class PlainUpgrade extends ChannelInboundHandlerAdapter {
  public static final String SUBPROTOCOL = "muster";

  private static final Set<String> PATHS = Set.of("/ws/device", "/ws/dashboard");
  private static final String TOKEN_SUBPROTOCOL = "auth.";
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /**
   * What is mounted behind the plain WebSocket.
   *
   * @param origins pages that may use a session cookie here
   */
  public record Mount(
      SocketApplication application,
      PlainLimits limits,
      TrustedProxies proxies,
      AllowedOrigins origins) {}

  private final Mount mount;
  private final Vestibule vestibule;
  private HttpRequest claimed;
  private boolean refused;

  private PlainUpgrade(Mount mount, Vestibule vestibule) {
    this.mount = mount;
    this.vestibule = vestibule;
  }

  /** What a listener puts into each new connection's pipeline, before the routes. */
  public static Supplier<ChannelHandler> serving(Mount mount) {
    var limits = mount.limits();
    var vestibule = new Vestibule(limits.strangersPerAddress(), limits.strangers());
    return () -> new PlainUpgrade(mount, vestibule);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request) {
      refused = false;
      claimed = PATHS.contains(path(request)) ? request : null;
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

  static String path(HttpRequest request) {
    String target = request.uri();
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  private void refuse(ChannelHandlerContext ctx, Complaint complaint) {
    refused = true;
    claimed = null;
    ctx.writeAndFlush(complaint.farewell());
  }

  private void sendAway(ChannelHandlerContext ctx, int comeAgainAfterSeconds) {
    refused = true;
    claimed = null;
    var answer = Complaint.CROWDED.farewell();
    answer.headers().setInt(HttpHeaderNames.RETRY_AFTER, comeAgainAfterSeconds);
    ctx.writeAndFlush(answer);
  }

  private Optional<Complaint> objection(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals(HttpMethod.GET)
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        || !headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        || !"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return Optional.of(Complaint.UPGRADE_REQUIRED);
    }
    if (!isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY))
        || HttpUtil.isTransferEncodingChunked(request)
        || HttpUtil.getContentLength(request, 0L) > 0) {
      return Optional.of(Complaint.BAD_REQUEST);
    }
    return mount.origins().mayUseCookie(headers)
        ? Optional.empty()
        : Optional.of(Complaint.FORBIDDEN_ORIGIN);
  }

  private static boolean isKey(String key) {
    try {
      return key != null && Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void upgrade(ChannelHandlerContext ctx, HttpRequest request) {
    var comeAgain = mount.application().comeAgainAfterSeconds();
    if (comeAgain.isPresent() && !request.headers().contains(HttpHeaderNames.COOKIE)) {
      sendAway(ctx, comeAgain.getAsInt());
      return;
    }
    var client = mount.proxies().clientOf(ctx.channel().remoteAddress(), request.headers());
    if (!vestibule.enter(client)) {
      refuse(ctx, Complaint.CROWDED);
      return;
    }
    var offered = offered(request);
    var carrier = carrier(offered);
    Optional<String> picked = offered.contains(SUBPROTOCOL) ? Optional.of(SUBPROTOCOL) : carrier;
    var socket =
        new PlainSocket(
            mount.application(),
            mount.limits(),
            handshake(client, request),
            token(request, carrier),
            () -> vestibule.leave(client));
    ctx.writeAndFlush(switching(request, picked));
    become(ctx.pipeline(), socket);
  }

  static List<String> offered(HttpRequest request) {
    return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
        .flatMap(line -> Arrays.stream(line.split(",")))
        .map(String::strip)
        .toList();
  }

  /** The subprotocol that is a token. */
  static Optional<String> carrier(List<String> offered) {
    return offered.stream().filter(offer -> offer.startsWith(TOKEN_SUBPROTOCOL)).findFirst();
  }

  static Optional<String> token(HttpRequest request, Optional<String> carrier) {
    return Optional.ofNullable(request.headers().get(HttpHeaderNames.AUTHORIZATION))
        .flatMap(Presented::bearer)
        .or(() -> carrier.map(c -> c.substring(TOKEN_SUBPROTOCOL.length())));
  }

  static Handshake handshake(ClientAddress client, HttpRequest request) {
    var headers = request.headers();
    return new Handshake(
        client.address(),
        client.forwarded(),
        path(request),
        query(request.uri()),
        Optional.ofNullable(headers.get(HttpHeaderNames.ORIGIN)),
        Optional.ofNullable(headers.get(HttpHeaderNames.COOKIE)),
        Optional.ofNullable(headers.get(HttpHeaderNames.AUTHORIZATION)),
        Handshake.Dialect.PLAIN);
  }

  private static Map<String, String> query(String target) {
    Map<String, String> last = new HashMap<>();
    try {
      new QueryStringDecoder(target, true)
          .parameters()
          .forEach((name, values) -> last.put(name, values.getLast()));
    } catch (IllegalArgumentException notAQuery) {
      return Map.of();
    }
    last.remove("token");
    return Map.copyOf(last);
  }

  private static FullHttpResponse switching(HttpRequest request, Optional<String> subprotocol) {
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    response
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(
            HttpHeaderNames.SEC_WEBSOCKET_ACCEPT,
            accept(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
    subprotocol.ifPresent(
        picked -> response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, picked));
    return response;
  }

  private static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SUFFIX).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-1", e);
    }
  }

  private void become(ChannelPipeline pipeline, PlainSocket socket) {
    var codec = pipeline.context(HttpServerCodec.class).name();
    var names = pipeline.names();
    // The last name is that of the pipeline's own tail.
    var http = names.subList(names.indexOf(codec) + 1, names.size() - 1);
    var frames =
        WebSocketDecoderConfig.newBuilder()
            .expectMaskedFrames(true)
            .allowExtensions(false)
            .maxFramePayloadLength(mount.limits().messageBytes())
            .closeOnProtocolViolation(false)
            .withUTF8Validator(false)
            .build();
    pipeline.addLast("stranger", new StrangerBytes(socket, mount.limits().strangerBytes()));
    pipeline.addLast("frames", new WebSocket13FrameDecoder(frames)).addLast("plain", socket);
    http.forEach(pipeline::remove);
    // Last, because it hands on what it has read beyond the request.
    pipeline.remove(codec);
    socket.begin();
  }
}
