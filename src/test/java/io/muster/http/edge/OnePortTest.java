package io.muster.http.edge;

import static org.apache.pekko.http.javadsl.server.Directives.complete;
import static org.apache.pekko.http.javadsl.server.Directives.concat;
import static org.apache.pekko.http.javadsl.server.Directives.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(20)
class OnePortTest {
  private static final SocketHandler SILENT =
      new SocketHandler() {
        @Override
        public void event(
            String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {}

        @Override
        public void ended() {}
      };

  private static EventLoops loops;
  private static ActorTestKit kit;

  private final Map<SocketAddress, Channel> accepted = new ConcurrentHashMap<>();
  private Listener listener;
  private Wire client;

  @BeforeAll
  static void open() {
    loops = EventLoops.onAllCores();
    kit = ActorTestKit.create();
  }

  @AfterAll
  static void close() {
    kit.shutdownTestKit();
    loops.close();
  }

  @BeforeEach
  void listen() throws IOException {
    var settings = EdgeSettings.DEFAULT;
    SocketApplication welcome = client -> client.accept(SILENT);
    var routes = concat(path("hello", () -> complete("hello")), path("bye", () -> complete("bye")));
    Supplier<ChannelHandler> witness = () -> new Witness(accepted);
    listener =
        Listener.open(
            loops,
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            settings,
            List.of(Listener.Mount.socketIo("/socket.io/", welcome)),
            List.of(
                witness,
                PlainUpgrade.serving(
                    new PlainUpgrade.Mount(
                        welcome, PlainLimits.DEFAULT, settings.proxies(), settings.origins())),
                RouteHandler.answering(
                    Routing.of(
                        kit.system(),
                        routes.seal().function(kit.system()),
                        settings.http(),
                        settings.proxies()))));
    client = new Wire(listener.port());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    listener.close();
  }

  /** Shows a connection's pipeline to the test. */
  private static final class Witness extends ChannelInboundHandlerAdapter {
    private final Map<SocketAddress, Channel> seen;

    Witness(Map<SocketAddress, Channel> seen) {
      this.seen = seen;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      seen.put(ctx.channel().remoteAddress(), ctx.channel());
    }
  }

  private static String asking(String path) {
    return "GET %s HTTP/1.1\nHost: muster\n\n".formatted(path);
  }

  @Test
  void serves_polling_and_routes_on_one_connection_in_the_order_they_were_asked() throws Exception {
    var open = "/socket.io/?EIO=4&transport=polling";
    client.say(asking(open) + asking("/hello") + asking(open) + asking("/bye"));
    assertTrue(client.hear().body().startsWith("0{\"sid\""));
    assertEquals("hello", client.hear().body());
    assertTrue(client.hear().body().startsWith("0{\"sid\""));
    assertEquals("bye", client.hear().body());
  }

  @Test
  void leaves_nothing_of_http_to_a_plain_websocket() throws Exception {
    try (var plain = new PlainClient(listener.port())) {
      plain.open("/ws/device", "Authorization: Bearer t").joins();
      var channel = accepted.get(plain.wire.socket.getLocalSocketAddress());
      var names = channel.eventLoop().submit(() -> channel.pipeline().names()).get();
      assertEquals(List.of("frames", "plain"), names.subList(0, 2));
      assertEquals(3, names.size(), names.toString());
    }
  }

  @Test
  void still_upgrades_a_connection_that_has_been_used_for_routes() throws Exception {
    try (var plain = new PlainClient(listener.port())) {
      assertEquals("hello", plain.wire.say(asking("/hello")).hear().body());
      plain.open("/ws/dashboard", "Authorization: Bearer t").joins();
    }
  }

  @Test
  void upgrades_also_when_that_was_asked_behind_other_requests() throws Exception {
    try (var plain = new PlainClient(listener.port())) {
      var upgrade = PlainClient.upgrade("/ws/device", "Authorization: Bearer t");
      plain.wire.say(asking("/hello").repeat(20) + upgrade);
      for (int i = 0; i < 20; i++) {
        assertEquals("hello", plain.wire.hear().body());
      }
      assertEquals(101, plain.wire.hear(false).status());
      plain.joins();
      plain.frame(0x80 | PlainClient.PING, new byte[0]);
      assertEquals(PlainClient.PONG, plain.hear().opcode());
    }
  }

  @Test
  void answers_what_nobody_serves_with_404() throws IOException {
    assertEquals(404, client.say(asking("/ws/other")).hear().status());
  }
}
