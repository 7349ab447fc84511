package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.http.socketio.EnginePacket;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What the public conformance suites expect to be mounted. */
public final class EchoApplications {
  private static final Set<String> NAMESPACES = Set.of("/", "/custom");

  private EchoApplications() {}

  /** Engine.IO alone: every message comes back, text as text and binary as binary. */
  public static Listener.Mount engine(String path) {
    return new Listener.Mount(path, Echo::new);
  }

  /** Socket.IO with the namespaces and events of the suite. */
  public static Listener.Mount sockets(String path) {
    return Listener.Mount.socketIo(path, EchoApplications::join);
  }

  /** Everything that is not a socket is not found. */
  public static Supplier<ChannelHandler> notFound() {
    return NotFound::new;
  }

  private record Echo(EngineSession session) implements EngineListener {
    Echo {
      // Nobody can join here, so nobody is a stranger.
      session.joined();
    }

    @Override
    public void text(byte[] utf8, int from, int to) {
      var out = session.desk().text();
      session.text(out.raw(EnginePacket.MESSAGE.digit()).raw(utf8, from, to - from));
    }

    @Override
    public void binary(byte[] data) {
      session.binary(data);
    }

    @Override
    public void closed() {}
  }

  private static void join(SocketApplication.Joining client) {
    if (!NAMESPACES.contains(client.namespace())) {
      client.refuse("Invalid namespace", JsonNodeFactory.instance.objectNode());
      return;
    }
    var guest = new Guest();
    guest.socket = client.accept(guest);
    guest.socket.send(Frame.event("auth", client.auth()));
  }

  private static final class Guest implements SocketHandler {
    private Socket socket;

    @Override
    public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {
      var same = arguments.toArray(JsonNode[]::new);
      switch (name) {
        case "message" -> socket.send(Frame.event("message-back", same));
        case "message-with-ack" -> acknowledge.ifPresent(ack -> ack.with(same));
        default -> {
          // An event nobody listens to.
        }
      }
    }

    @Override
    public void ended() {}
  }

  private static final class NotFound extends SimpleChannelInboundHandler<HttpObject> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
      if (message instanceof LastHttpContent) {
        var answer =
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_FOUND, Unpooled.EMPTY_BUFFER);
        answer.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
        ctx.writeAndFlush(answer);
      }
    }
  }
}
