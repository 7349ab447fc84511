package io.muster.http.edge;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Manager;
import io.socket.engineio.client.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java client against the real listener, on each transport. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JavaClientTest {
  private static final long PATIENCE_SECONDS = 10;
  private static final Duration POLL_MAX = Duration.ofMinutes(1); // as the client has it by itself
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private EchoServer server;
  private io.socket.client.Socket client;

  private final BlockingQueue<Doorkeeper.Guest> guests = new LinkedBlockingQueue<>();
  private final Map<String, BlockingQueue<Object[]>> heard = new ConcurrentHashMap<>();

  /** Lets in whoever brings a token other than "bad". */
  private static final class Doorkeeper {
    record Guest(SocketApplication.Joining joining, Socket socket, BlockingQueue<String> ends) {}
  }

  private void join(SocketApplication.Joining joining) {
    if (joining.auth().path("token").asText().equals("bad")) {
      joining.refuse("invalid token", JSON.objectNode().put("code", "AUTH_INVALID"));
      return;
    }
    var ends = new ArrayBlockingQueue<String>(4);
    var guest = new Doorkeeper.Guest[1];
    var socket =
        joining.accept(
            new SocketHandler() {
              @Override
              public void event(
                  String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {
                acknowledge.ifPresentOrElse(
                    ack -> ack.with(arguments.toArray(JsonNode[]::new)),
                    () ->
                        guest[0]
                            .socket()
                            .send(Frame.event("back", arguments.toArray(JsonNode[]::new))));
              }

              @Override
              public void ended() {
                ends.add("ended");
              }
            });
    guest[0] = new Doorkeeper.Guest(joining, socket, ends);
    guests.add(guest[0]);
  }

  // Its own five requests to a host at a time: of those that all clients share, the polls of
  // earlier
  // tests may hold every one, and then this one's client says nothing.
  private final OkHttpClient http = new OkHttpClient.Builder().readTimeout(POLL_MAX).build();

  @BeforeEach
  void open() {
    server =
        EchoServer.open(EchoServer.settings(), Listener.Mount.socketIo("/socket.io/", this::join));
  }

  @AfterEach
  void close() {
    if (client != null) {
      client.close();
    }
    http.dispatcher().cancelAll();
    server.close();
  }

  private Doorkeeper.Guest connects(String[] transports, Map<String, String> auth)
      throws InterruptedException {
    var options =
        IO.Options.builder()
            .setForceNew(true)
            .setTransports(transports)
            .setAuth(auth)
            .setReconnectionDelay(50)
            .build();
    options.callFactory = http;
    options.webSocketFactory = http;
    client = IO.socket(URI.create("http://127.0.0.1:" + server.port()), options);
    for (String event : List.of("connect", "connect_error", "disconnect", "back", "news")) {
      heard.put(event, new LinkedBlockingQueue<>());
      client.on(event, arguments -> heard.get(event).add(arguments));
    }
    client.connect();
    return auth.get("token").equals("bad") ? null : next(guests);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T item = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue(item != null, "nothing came in time");
    return item;
  }

  private Object[] hears(String event) throws InterruptedException {
    return next(heard.get(event));
  }

  /**
   * Last words said in the middle of an upgrade may be lost to this client: it reads neither way.
   */
  private void settles(String[] transports) throws Exception {
    var engine = Manager.class.getDeclaredField("engine");
    engine.setAccessible(true);
    var transport = io.socket.engineio.client.Socket.class.getDeclaredField("transport");
    transport.setAccessible(true);
    eventually(
        "the last transport",
        () ->
            ((Transport) transport.get(engine.get(client.io())))
                .name.equals(transports[transports.length - 1]));
    client.emit("n", 0);
    hears("back");
  }

  private static String[] transports(String name) {
    return name.split("\\+");
  }

  @Nested
  class On_each_transport {
    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void it_connects_and_its_auth_map_arrives(String name) throws InterruptedException {
      var guest = connects(transports(name), Map.of("token", "secret", "kind", "tv"));
      hears("connect");
      assertEquals("secret", guest.joining().auth().path("token").asText());
      assertEquals("tv", guest.joining().auth().path("kind").asText());
      assertEquals(guest.socket().id(), client.id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void its_event_is_acknowledged(String name) throws Exception {
      connects(transports(name), Map.of("token", "t"));
      var acks = new LinkedBlockingQueue<Object[]>();
      client.emit("heartbeat", new Object[] {new JSONObject().put("cpu", 7)}, (Ack) acks::add);
      assertEquals(7, ((JSONObject) next(acks)[0]).getInt("cpu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void two_hundred_bytes_go_there_and_back(String name) throws InterruptedException {
      byte[] bytes = new byte[200];
      IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) i);
      connects(transports(name), Map.of("token", "t"));
      client.emit("shot", new Object[] {bytes});
      assertArrayEquals(bytes, (byte[]) hears("back")[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void it_answers_what_it_is_asked(String name) throws Exception {
      var guest = connects(transports(name), Map.of("token", "t"));
      client.on(
          "command",
          arguments ->
              ((Ack) arguments[arguments.length - 1]).call(new JSONObject(Map.of("ok", true))));
      hears("connect");
      var replies = new LinkedBlockingQueue<Reply>();
      guest
          .socket()
          .request(
              Frame.event("command", JSON.objectNode().put("type", "reload")),
              Duration.ofSeconds(5),
              replies::add);
      var answered = (Reply.Answered) next(replies);
      assertTrue(answered.arguments().getFirst().path("ok").asBoolean());
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void a_dropped_transport_brings_it_back(String name) throws InterruptedException {
      var guest = connects(transports(name), Map.of("token", "t"));
      hears("connect");
      guest.socket().end(Ending.ABORTED);
      assertEquals("ended", next(guest.ends()));
      hears("disconnect");
      hears("connect");
      assertTrue(!next(guests).socket().id().equals(guest.socket().id()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void a_restart_flushes_what_was_sent_and_brings_it_back(String name) throws Exception {
      var guest = connects(transports(name), Map.of("token", "t"));
      hears("connect");
      settles(transports(name));
      guest.socket().send(Frame.event("news", JSON.textNode("server:shutdown")));
      guest.socket().end(Ending.RESTARTING);
      assertEquals("server:shutdown", hears("news")[0]);
      hears("disconnect");
      hears("connect");
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void a_superseded_client_stays_away(String name) throws Exception {
      var guest = connects(transports(name), Map.of("token", "t"));
      hears("connect");
      settles(transports(name));
      guest.socket().send(Frame.event("news", JSON.textNode("last")));
      guest.socket().end(Ending.SUPERSEDED);
      assertEquals("last", hears("news")[0]);
      assertEquals("io server disconnect", hears("disconnect")[0]);
      assertEquals("ended", next(guest.ends()));
      assertNull(guests.poll(400, TimeUnit.MILLISECONDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void a_bad_token_is_refused_with_a_message_and_data(String name) throws Exception {
      connects(transports(name), Map.of("token", "bad"));
      var error = (JSONObject) hears("connect_error")[0];
      assertEquals("invalid token", error.getString("message"));
      assertEquals("AUTH_INVALID", error.getJSONObject("data").getString("code"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "polling", "polling+websocket"})
    void a_hundred_events_come_back_in_their_order(String name) throws InterruptedException {
      connects(transports(name), Map.of("token", "t"));
      for (int i = 0; i < 100; i++) {
        client.emit("n", i);
      }
      for (int i = 0; i < 100; i++) {
        assertEquals(i, hears("back")[0]);
      }
    }
  }
}
