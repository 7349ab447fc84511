package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where servers of this protocol go wrong, each against the real listener. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class ErrorPronePointsTest {
  private static final String ENGINE = "/engine.io/";
  private static final String SOCKET = "/socket.io/";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private EchoServer server;
  private final BlockingQueue<SocketApplication.Joining> atTheDoor = new LinkedBlockingQueue<>();
  private final AtomicInteger ended = new AtomicInteger();

  // ── the server under test ──

  private void serve(EdgeSettings settings) {
    server =
        EchoServer.open(
            settings,
            EchoApplications.engine(ENGINE),
            EchoApplications.sockets(SOCKET),
            Listener.Mount.socketIo("/held/", atTheDoor::add));
  }

  private void serve() {
    serve(EchoServer.settings());
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private static EdgeSettings heartbeat(long interval, long timeout) {
    return EchoServer.settings(
        t ->
            new EdgeSettings.Times(
                Duration.ofMillis(interval),
                Duration.ofMillis(timeout),
                t.connect(),
                t.upgrade(),
                t.closingPoll(),
                t.drain()));
  }

  private static EdgeSettings payload(int bytes) {
    return EchoServer.limited(
        l ->
            new EdgeSettings.Limits(
                bytes,
                l.strangerBytes(),
                l.outboundBytes(),
                l.packetsPerSecond(),
                8,
                l.requests(),
                l.earlyEvents(),
                l.strangersPerAddress(),
                l.strangers(),
                l.postBytes()));
  }

  private static EdgeSettings origins(String... origins) {
    var s = EchoServer.settings();
    return new EdgeSettings(
        s.node(),
        s.times(),
        s.limits(),
        s.http(),
        AllowedOrigins.of(List.of(origins)),
        s.proxies());
  }

  // ── its clients ──

  private Poller polls(String path) throws Exception {
    return Poller.open(server.port(), path);
  }

  private RawWebSocket opens(String path) throws IOException {
    var socket = RawWebSocket.open(server.port(), path + "?EIO=4&transport=websocket");
    assertTrue(socket.text().startsWith("0{"));
    return socket;
  }

  private RawWebSocket joins() throws IOException {
    var socket = opens(SOCKET).say("40");
    assertTrue(socket.text().startsWith("40{"));
    assertEquals("42[\"auth\",{}]", socket.text());
    return socket;
  }

  private RawWebSocket probes(Poller poller) throws IOException {
    return RawWebSocket.open(server.port(), poller.target("websocket")).say("2probe");
  }

  private static void await(BooleanSupplier condition) {
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < patience, "it did not come true in time");
      LockSupport.parkNanos(1_000_000);
    }
  }

  private Wire says(String request) throws IOException {
    return new Wire(server.port()).say(request);
  }

  private int statusOf(String request) throws IOException {
    try (var wire = says(request)) {
      return wire.hear().status();
    }
  }

  private static String get(String target, String... headers) {
    return "GET " + target + " HTTP/1.1\nHost: muster.test\n" + lines(headers) + "\n";
  }

  private static String postHead(Poller poller, String... headers) {
    return "POST "
        + poller.target("polling")
        + " HTTP/1.1\nHost: muster.test\n"
        + lines(headers)
        + "\n";
  }

  private static String lines(String... headers) {
    return headers.length == 0 ? "" : String.join("\n", headers) + "\n";
  }

  private SocketHandler counting() {
    return new SocketHandler() {
      @Override
      public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> ack) {}

      @Override
      public void ended() {
        ended.incrementAndGet();
      }
    };
  }

  private SocketApplication.Joining nextAtTheDoor() throws InterruptedException {
    var joining = atTheDoor.poll(10, TimeUnit.SECONDS);
    assertTrue(joining != null, "nobody came");
    return joining;
  }

  @Nested
  class On_long_polling {
    @Test
    void no_timeout_of_plain_HTTP_cuts_a_poll() throws Exception {
      var brief = Duration.ofMillis(200);
      var s = heartbeat(900, 900);
      serve(
          new EdgeSettings(
              s.node(),
              s.times(),
              s.limits(),
              new HttpLimits(8192, 16_384, 1024, 65_536, brief, brief, brief, brief, brief),
              s.origins(),
              s.proxies()));
      var answer = polls(ENGINE).get();
      assertEquals(200, answer.statusCode());
      assertEquals("2", answer.body());
    }

    @Test
    void an_aborted_poll_ends_the_session() throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var wire = says(get(poller.target("polling")))) {
        // A POST that is answered shows that the poll has been taken, loop after loop.
        assertEquals(200, poller.post("6").statusCode());
        assertTrue(wire.socket.isConnected());
      }
      await(
          () -> {
            try {
              return poller.post("6").statusCode() == 400;
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }

    @Test
    void a_session_is_dead_at_its_deadline_to_the_millisecond() throws Exception {
      serve(heartbeat(300, 200));
      var poller = polls(ENGINE);
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
      await(() -> System.nanoTime() >= deadline);
      assertEquals(400, poller.get().statusCode());
    }

    @Test
    void of_two_polls_the_first_hears_the_end_and_the_second_why() throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var first = says(get(poller.target("polling")))) {
        assertEquals(200, poller.post("6").statusCode());
        assertEquals(400, poller.get().statusCode());
        var answer = first.hear();
        assertEquals(200, answer.status());
        assertEquals("1", answer.body());
      }
      assertEquals(400, poller.get().statusCode());
    }

    @Test
    void a_second_POST_is_refused_before_the_body_of_the_first_is_there() throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var slow = says(postHead(poller, "Content-Length: 6") + "4he")) {
        // Whichever of the two is read first, they overlap.
        await(
            () -> {
              try {
                return poller.post("6").statusCode() == 400;
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
        assertTrue(slow.socket.isConnected());
      }
      assertEquals(400, poller.get().statusCode());
    }

    @Test
    void base64_with_line_breaks_is_read() throws Exception {
      serve();
      byte[] bytes = new byte[200];
      IntStream.range(0, 200).forEach(i -> bytes[i] = (byte) i);
      String mime = Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(bytes) + "\n";
      var poller = polls(ENGINE);
      assertEquals(200, poller.post("b" + mime).statusCode());
      assertEquals("b" + Base64.getEncoder().encodeToString(bytes), poller.get().body());
    }

    @Test
    void a_POST_is_answered_with_ok() throws Exception {
      serve();
      var answer = polls(ENGINE).post("4hello");
      assertEquals(200, answer.statusCode());
      assertEquals("ok", answer.body());
      assertEquals("text/html", answer.headers().firstValue("content-type").orElseThrow());
    }

    @Test
    void octets_are_not_text() throws Exception {
      serve();
      var poller = polls(ENGINE);
      assertEquals(
          400,
          statusOf(
              postHead(poller, "Content-Type: application/octet-stream", "Content-Length: 2")
                  + "4a"));
      assertEquals(400, poller.get().statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "4a\u001e\u001e4b", "2", "0", "4\u00e9\u001e"})
    void a_body_nobody_can_read_ends_the_session(String body) throws Exception {
      serve();
      var poller = polls(ENGINE);
      assertEquals(400, poller.post(body).statusCode());
      assertEquals(400, poller.get().statusCode());
    }

    @Test
    void last_words_wait_for_the_next_poll() throws Exception {
      serve();
      var poller = polls("/held/");
      poller.post("40");
      var socket = nextAtTheDoor().accept(counting());
      assertTrue(poller.get().body().startsWith("40{"));
      socket.send(Frame.event("last"));
      socket.end(Ending.REVOKED);
      await(() -> ended.get() == 1);
      assertEquals("42[\"last\"]\u001e41\u001e1", poller.get().body());
      assertEquals(400, poller.get().statusCode());
    }

    @Test
    void a_goodbye_and_a_poll_may_cross() throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var goodbye = says(postHead(poller, "Content-Length: 1"));
          var poll = new Wire(server.port())) {
        goodbye.say("1");
        assertEquals("6", poll.say(get(poller.target("polling"))).hear().body());
        assertEquals("ok", goodbye.hear().body());
      }
      assertEquals(400, poller.get().statusCode());
    }

    @Test
    void after_a_goodbye_the_session_is_unknown() throws Exception {
      serve();
      var poller = polls(ENGINE);
      assertEquals("ok", poller.post("1").body());
      assertEquals(400, poller.get().statusCode());
      var other = polls(ENGINE);
      var held = other.getLater();
      assertEquals(200, other.post("6").statusCode());
      assertEquals("ok", other.post("1").body());
      assertEquals("6", held.get(5, TimeUnit.SECONDS).body());
      assertEquals(400, other.get().statusCode());
    }

    @Test
    void the_table_of_errors_is_the_protocols_own() throws Exception {
      serve();
      assertEquals(error(0, "Transport unknown"), body(get(ENGINE + "?EIO=4&transport=x")));
      assertEquals(error(0, "Transport unknown"), body(get(ENGINE + "?EIO=4&transport=__proto__")));
      assertEquals(
          error(1, "Session ID unknown"), body(get(ENGINE + "?EIO=4&transport=polling&sid=x")));
      assertEquals(
          error(2, "Bad handshake method"),
          body(get(ENGINE + "?EIO=4&transport=polling").replace("GET", "PUT")));
      assertEquals(error(3, "Bad request"), body(get(ENGINE + "?EIO=4&transport=websocket")));
      assertEquals(
          error(5, "Unsupported protocol version"), body(get(ENGINE + "?EIO=3&transport=polling")));
      assertEquals(404, statusOf(get("/elsewhere")));
    }

    private String body(String request) throws IOException {
      try (var wire = says(request)) {
        var answer = wire.hear();
        assertEquals(400, answer.status());
        assertEquals("application/json", answer.headers().get("content-type"));
        return answer.body();
      }
    }

    private static String error(int code, String message) {
      return "{\"code\":%d,\"message\":\"%s\"}".formatted(code, message);
    }
  }

  @Nested
  class On_a_WebSocket {
    @ParameterizedTest
    @ValueSource(strings = {"ABORTED", "VIOLATION", "RESTARTING", "SUPERSEDED"})
    void no_ending_sends_a_Close_frame(String ending) throws Exception {
      serve();
      try (var socket = opens("/held/").say("40")) {
        nextAtTheDoor().accept(counting()).end(Ending.valueOf(ending));
        assertTrue(socket.last().opcode() != RawWebSocket.CLOSE);
      }
    }

    @Test
    void a_message_in_many_frames_is_one_message_in_its_place() throws Exception {
      serve();
      String large = "x".repeat(900_000);
      try (var socket = opens(ENGINE)) {
        socket.say("4before");
        socket.frame(RawWebSocket.TEXT, "4on".getBytes(US_ASCII));
        socket.frame(RawWebSocket.FINAL | RawWebSocket.PING, "?".getBytes(US_ASCII));
        socket.frame(RawWebSocket.CONTINUATION, "e\u20ac".getBytes(UTF_8));
        socket.frame(RawWebSocket.FINAL, " two".getBytes(US_ASCII));
        socket.say("4" + large).say("4after");
        assertEquals("4before", socket.text());
        assertEquals(RawWebSocket.PONG, socket.hear().opcode());
        assertEquals("4one\u20ac two", socket.text());
        assertEquals("4" + large, socket.text());
        assertEquals("4after", socket.text());
      }
    }

    @Test
    void frames_in_one_segment_with_the_request_are_not_lost() throws Exception {
      serve();
      try (var wire = new Wire(server.port())) {
        byte[] request =
            RawWebSocket.request(ENGINE + "?EIO=4&transport=websocket")
                .replace("\n", "\r\n")
                .getBytes(US_ASCII);
        byte[] frame =
            RawWebSocket.framed(
                RawWebSocket.FINAL | RawWebSocket.TEXT, "4early".getBytes(US_ASCII));
        byte[] both = new byte[request.length + frame.length];
        System.arraycopy(request, 0, both, 0, request.length);
        System.arraycopy(frame, 0, both, request.length, frame.length);
        wire.say(both);
        assertEquals(101, wire.hear(false).status());
        wire.exactly(2);
        assertEquals('0', wire.exactly(1)[0]);
        while (wire.exactly(1)[0] != '}') {
          // The rest of the opening packet.
        }
        assertEquals("4early", new String(wire.exactly(8), 2, 6, US_ASCII));
      }
    }

    @Test
    void a_frame_may_come_byte_by_byte() throws Exception {
      serve();
      try (var socket = opens(ENGINE)) {
        byte[] frame =
            RawWebSocket.framed(RawWebSocket.FINAL | RawWebSocket.TEXT, "4slow".getBytes(US_ASCII));
        for (byte b : frame) {
          socket.raw(new byte[] {b});
        }
        assertEquals("4slow", socket.text());
      }
    }

    @Test
    void it_is_pinged_however_busy_it_is() throws Exception {
      serve(heartbeat(300, 5000));
      try (var socket = opens(ENGINE)) {
        boolean pinged = false;
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!pinged && System.nanoTime() < patience) {
          socket.say("4busy");
          String heard = socket.text();
          pinged = heard.equals("2");
          LockSupport.parkNanos(5_000_000);
        }
        assertTrue(pinged);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "2probe", "1", "0", "", "x", "7"})
    void it_is_closed_at_once_for_what_a_client_may_not_send(String packet) throws Exception {
      serve();
      try (var socket = opens(ENGINE)) {
        assertTrue(socket.say(packet).hear().isEnd());
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "5", "6"})
    void what_comes_outside_its_moment_is_ignored(String packet) throws Exception {
      serve();
      try (var socket = opens(ENGINE)) {
        assertEquals("4still here", socket.say(packet, "4still here").text());
      }
    }

    @Test
    void text_beginning_with_b_is_binary() throws Exception {
      serve();
      try (var socket = opens(ENGINE)) {
        var heard = socket.say("bAQIDBA==").hear();
        assertEquals(RawWebSocket.BINARY, heard.opcode());
        assertArrayEquals(new byte[] {1, 2, 3, 4}, heard.bytes());
      }
    }

    @Test
    void a_client_without_binary_gets_it_as_text() throws Exception {
      serve();
      try (var socket =
          RawWebSocket.open(server.port(), ENGINE + "?EIO=4&transport=websocket&b64=1")) {
        assertTrue(socket.text().startsWith("0{"));
        assertEquals("bAQIDBA==", socket.say(new byte[] {1, 2, 3, 4}).text());
      }
    }

    @Test
    void broken_framing_ends_it() throws Exception {
      serve();
      byte[] text = "4x".getBytes(US_ASCII);
      byte[] unmasked = {(byte) 0x81, 2, '4', 'x'};
      byte[] notUtf8 = {'4', (byte) 0xc3, 0x28};
      var broken =
          List.of(
              RawWebSocket.framed(RawWebSocket.FINAL | 0x40 | RawWebSocket.TEXT, text),
              RawWebSocket.framed(RawWebSocket.FINAL | 3, text),
              RawWebSocket.framed(RawWebSocket.FINAL, text),
              RawWebSocket.framed(RawWebSocket.PING, text),
              RawWebSocket.framed(RawWebSocket.FINAL | RawWebSocket.PING, new byte[126]),
              RawWebSocket.framed(RawWebSocket.FINAL | RawWebSocket.TEXT, notUtf8),
              RawWebSocket.framed(RawWebSocket.FINAL | RawWebSocket.CLOSE, new byte[] {1}),
              unmasked);
      for (byte[] frame : broken) {
        try (var socket = opens(ENGINE)) {
          assertTrue(socket.raw(frame).hear().isEnd());
        }
      }
    }

    @Test
    void a_polite_Close_is_answered_in_kind() throws Exception {
      serve();
      try (var socket = opens(ENGINE)) {
        var heard =
            socket
                .frame(RawWebSocket.FINAL | RawWebSocket.CLOSE, new byte[] {0x03, (byte) 0xe9})
                .hear();
        assertEquals(RawWebSocket.CLOSE, heard.opcode());
        assertArrayEquals(new byte[] {0x03, (byte) 0xe9}, heard.bytes());
        assertTrue(socket.hear().isEnd());
      }
    }
  }

  @Nested
  class During_an_upgrade {
    @Test
    void nothing_of_the_application_is_said_on_the_WebSocket_before_it_has_taken_over()
        throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var socket = probes(poller)) {
        assertEquals("3probe", socket.text());
        assertEquals(200, poller.post("4waits").statusCode());
        socket.frame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[0]);
        assertEquals(RawWebSocket.PONG, socket.hear().opcode());
        assertEquals("4waits", socket.say("5").text());
      }
    }

    @Test
    void a_held_poll_and_a_new_one_are_given_back() throws Exception {
      serve();
      var poller = polls(ENGINE);
      var held = poller.getLater();
      assertEquals(200, poller.post("6").statusCode());
      try (var socket = probes(poller)) {
        assertEquals("3probe", socket.text());
        assertEquals("6", held.get(5, TimeUnit.SECONDS).body());
        assertEquals("6", poller.get().body());
        assertEquals("4moved", socket.say("5", "4moved").text());
      }
    }

    @Test
    void nothing_is_lost_doubled_or_out_of_order() throws Exception {
      serve();
      for (int round = 0; round < 20; round++) {
        var poller = polls(ENGINE);
        var heard = new ArrayList<String>();
        var held = poller.getLater();
        poller.post("40\u001e41");
        try (var socket = probes(poller)) {
          poller.post("42\u001e43");
          assertEquals("3probe", socket.text());
          heard.addAll(List.of(held.get(5, TimeUnit.SECONDS).body().split("\u001e")));
          poller.post("44");
          socket.say("5", "45", "46");
          heard.remove("6");
          while (heard.size() < 7) {
            heard.add(socket.text());
          }
        }
        assertEquals(List.of("40", "41", "42", "43", "44", "45", "46"), heard);
      }
    }

    @Test
    void the_next_request_finds_the_session_moved() throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var socket = probes(poller)) {
        assertEquals("3probe", socket.text());
        assertEquals("4there", socket.say("5", "4there").text());
        assertEquals(400, poller.get().statusCode());
        assertEquals(400, poller.post("4x").statusCode());
        assertEquals("4still", socket.say("4still").text());
      }
    }

    @Test
    void a_second_WebSocket_is_closed_and_the_first_survives() throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var first = probes(poller)) {
        assertEquals("3probe", first.text());
        try (var second = probes(poller)) {
          assertTrue(second.hear().isEnd());
        }
        assertEquals("4mine", first.say("5", "4mine").text());
        try (var third = probes(poller)) {
          assertTrue(third.hear().isEnd());
        }
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "5", "2", "2probes"})
    void a_wrong_first_frame_closes_the_WebSocket_only(String frame) throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var socket = RawWebSocket.open(server.port(), poller.target("websocket")).say(frame)) {
        assertTrue(socket.hear().isEnd());
      }
      poller.post("4lives");
      assertEquals("4lives", poller.get().body());
    }

    @Test
    void a_WebSocket_that_does_not_finish_is_closed_and_polling_goes_on() throws Exception {
      serve(
          EchoServer.settings(
              t ->
                  new EdgeSettings.Times(
                      t.pingInterval(),
                      t.pingTimeout(),
                      t.connect(),
                      Duration.ofMillis(200),
                      t.closingPoll(),
                      t.drain())));
      var poller = polls(ENGINE);
      try (var socket = probes(poller)) {
        assertEquals("3probe", socket.text());
        assertTrue(socket.hear().isEnd());
      }
      poller.post("4lives");
      assertEquals("4lives", poller.get().body());
      try (var again = probes(poller)) {
        assertEquals("3probe", again.text());
      }
    }

    @Test
    void a_lost_WebSocket_leaves_the_session_where_it_was() throws Exception {
      serve();
      var poller = polls(ENGINE);
      try (var socket = probes(poller)) {
        assertEquals("3probe", socket.text());
      }
      await(
          () -> {
            try (var again = probes(poller)) {
              return !again.hear().isEnd();
            } catch (IOException e) {
              return false;
            }
          });
      poller.post("4lives");
      await(
          () -> {
            try {
              return poller.get().body().equals("4lives");
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }
  }

  @Nested
  class In_packets {
    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "456", "2147483648", "9007199254740991"})
    void an_ack_id_comes_back_digit_for_digit(String id) throws Exception {
      serve();
      try (var socket = joins()) {
        assertEquals("43" + id + "[1]", socket.say("42" + id + "[\"message-with-ack\",1]").text());
      }
    }

    @Test
    void the_root_namespace_may_be_written_out() throws Exception {
      serve();
      try (var socket = opens(SOCKET).say("40/,{\"token\":\"1\"}")) {
        assertTrue(socket.text().startsWith("40{\"sid\":\""));
        assertEquals("42[\"auth\",{\"token\":\"1\"}]", socket.text());
        assertEquals("42[\"message-back\",1]", socket.say("42/,[\"message\",1]").text());
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"40/custom", "40/custom,", "40/custom,{}"})
    void the_comma_after_a_namespace_may_be_missing(String connect) throws Exception {
      serve();
      try (var socket = opens(SOCKET).say(connect)) {
        assertTrue(socket.text().startsWith("40/custom,{\"sid\":\""));
        assertEquals("42/custom,[\"auth\",{}]", socket.text());
      }
    }

    @Test
    void digits_after_the_type_are_an_ack_id_and_no_payload() throws Exception {
      serve();
      try (var socket = opens(SOCKET).say("401")) {
        assertTrue(socket.text().startsWith("40{\"sid\":\""));
        assertEquals("42[\"auth\",{}]", socket.text());
      }
    }

    @Test
    void a_refusal_is_an_object() throws Exception {
      serve();
      try (var socket = opens("/held/").say("40")) {
        nextAtTheDoor().refuse("no", JSON.objectNode().put("code", 7));
        assertEquals("44{\"message\":\"no\",\"data\":{\"code\":7}}", socket.text());
      }
      try (var socket = opens(SOCKET).say("40/random")) {
        assertEquals("44/random,{\"message\":\"Invalid namespace\"}", socket.text());
        assertTrue(socket.say("40").text().startsWith("40{"));
      }
    }

    @Test
    void the_answers_have_exactly_their_keys() throws Exception {
      serve();
      try (var socket = RawWebSocket.open(server.port(), SOCKET + "?EIO=4&transport=websocket")) {
        assertTrue(
            socket
                .text()
                .matches(
                    "0\\{\"sid\":\"[A-Za-z0-9_-]{20}\",\"upgrades\":\\[],\"pingInterval\":25000,"
                        + "\"pingTimeout\":20000,\"maxPayload\":2097152}"));
        assertTrue(socket.say("40").text().matches("40\\{\"sid\":\"[A-Za-z0-9_-]{20}\"}"));
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "4",
          "4abc",
          "49",
          "42{}",
          "42[]",
          "42[{}]",
          "42[null]",
          "42[true]",
          "42[\"a\"",
          "42[1]x",
          "42abc[\"a\"]",
          "42[\"connect\"]",
          "42[\"disconnecting\"]",
          "42[\"newListener\"]",
          "43{}",
          "41{}",
          "44{}",
          "40",
          "450-[\"a\"]",
          "45-[\"a\"]",
          "4511-[\"a\"]",
          "45999-[\"a\"]",
          "42/custom,[\"a\"]",
          "4299999999999999999999[\"a\"]",
          "42 1[\"a\"]",
          "42[\"a\",1e]"
        })
    void a_packet_that_breaks_the_rules_ends_the_connection(String packet) throws Exception {
      serve();
      try (var socket = joins()) {
        assertTrue(socket.say(packet).hear().isEnd());
      }
    }

    @Test
    void what_means_nothing_is_ignored() throws Exception {
      serve();
      try (var socket = joins()) {
        socket.say("42[\"nobody listens\"]", "43999[]", "42", "427[\"message\",0]");
        assertEquals("42[\"message-back\",0]", socket.text());
      }
    }

    @Test
    void a_number_may_be_an_event_name() throws Exception {
      serve();
      try (var socket = joins()) {
        assertEquals("42[\"message-back\"]", socket.say("42[17]", "42[\"message\"]").text());
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1", "0.5", "\"0\"", "null", "1e9", "99999999999"})
    void a_placeholder_that_names_no_attachment_ends_the_connection(String num) throws Exception {
      serve();
      try (var socket = joins()) {
        socket.say("451-[\"message\",{\"_placeholder\":true,\"num\":" + num + "}]");
        assertTrue(socket.say(new byte[] {1}).hear().isEnd());
      }
    }

    @Test
    void a_placeholder_in_a_plain_event_is_data() throws Exception {
      serve();
      try (var socket = joins()) {
        assertEquals(
            "42[\"message-back\",{\"_placeholder\":true,\"num\":0}]",
            socket.say("42[\"message\",{\"_placeholder\":true,\"num\":0}]").text());
      }
    }

    @Test
    void pings_may_come_between_an_event_and_its_attachments_but_no_other_packet()
        throws Exception {
      serve();
      String event = "451-[\"message\",{\"_placeholder\":true,\"num\":0}]";
      try (var socket = joins()) {
        socket.say(event, "3").say(new byte[] {1, 2});
        assertEquals("451-[\"message-back\",{\"_placeholder\":true,\"num\":0}]", socket.text());
        assertArrayEquals(new byte[] {1, 2}, socket.hear().bytes());
        assertTrue(socket.say(event, "42[\"message\"]").hear().isEnd());
      }
      try (var socket = joins()) {
        assertTrue(socket.say(new byte[] {1}).hear().isEnd());
      }
    }

    @Test
    void missing_attachments_are_not_waited_for_forever() throws Exception {
      serve(heartbeat(20_000, 200));
      try (var socket = joins()) {
        socket.say("451-[\"message\",{\"_placeholder\":true,\"num\":0}]");
        assertTrue(socket.hear().isEnd());
      }
    }

    @Test
    void the_server_never_sends_what_clients_refuse() {
      assertThrows(IllegalArgumentException.class, () -> Frame.event("disconnect"));
      var attachments =
          IntStream.range(0, 11)
              .mapToObj(_ -> JSON.binaryNode(new byte[1]))
              .toArray(JsonNode[]::new);
      var frame = Frame.event("many", attachments);
      assertThrows(IllegalArgumentException.class, frame::payload);
    }
  }

  @Nested
  class Before_and_after_joining {
    @ParameterizedTest
    @ValueSource(strings = {"42[\"message\"]", "41", "430[]", "451-[\"a\"]"})
    void nothing_may_be_said_before_CONNECT(String packet) throws Exception {
      serve();
      try (var socket = opens(SOCKET)) {
        assertTrue(socket.say(packet).hear().isEnd());
      }
    }

    @Test
    void a_CONNECT_that_nobody_answers_is_closed_in_time() throws Exception {
      serve(
          EchoServer.settings(
              t ->
                  new EdgeSettings.Times(
                      t.pingInterval(),
                      t.pingTimeout(),
                      Duration.ofMillis(300),
                      t.upgrade(),
                      t.closingPoll(),
                      t.drain())));
      try (var socket = opens("/held/").say("40")) {
        var late = nextAtTheDoor();
        assertTrue(socket.hear().isEnd());
        late.accept(counting());
        await(() -> ended.get() == 1);
      }
      try (var silent = opens(SOCKET)) {
        assertTrue(silent.hear().isEnd());
      }
    }

    @Test
    void a_second_CONNECT_while_the_first_is_undecided_ends_the_connection() throws Exception {
      serve();
      try (var socket = opens("/held/").say("40", "40")) {
        assertTrue(socket.hear().isEnd());
      }
      nextAtTheDoor();
      assertNull(atTheDoor.poll());
    }

    @Test
    void events_that_come_with_the_CONNECT_are_heard_after_the_answer() throws Exception {
      serve();
      var heard = new LinkedBlockingQueue<String>();
      try (var socket = opens("/held/").say("40", "42[\"first\"]", "42[\"second\"]")) {
        var joining = nextAtTheDoor();
        socket.frame(RawWebSocket.FINAL | RawWebSocket.PING, new byte[0]);
        assertEquals(RawWebSocket.PONG, socket.hear().opcode());
        joining.accept(
            new SocketHandler() {
              @Override
              public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> ack) {
                heard.add(name);
              }

              @Override
              public void ended() {}
            });
        assertTrue(socket.text().startsWith("40{"));
        assertEquals("first", heard.poll(5, TimeUnit.SECONDS));
        assertEquals("second", heard.poll(5, TimeUnit.SECONDS));
      }
    }

    @Test
    void too_many_events_before_the_answer_end_the_connection() throws Exception {
      serve();
      try (var socket = opens("/held/").say("40")) {
        for (int i = 0; i <= EdgeSettings.Limits.DEFAULT.earlyEvents(); i++) {
          socket.say("42[\"early\"]");
        }
        assertTrue(socket.hear().isEnd());
      }
    }

    @Test
    void a_parse_error_in_one_namespace_ends_all_of_them_once_and_nobody_else() throws Exception {
      serve();
      try (var bystander = joins();
          var socket = opens("/held/").say("40", "40/b,")) {
        nextAtTheDoor().accept(counting());
        nextAtTheDoor().accept(counting());
        assertTrue(socket.text().startsWith("40"));
        assertTrue(socket.text().startsWith("40"));
        socket.say("42/b,{}", "42/b,{}");
        socket.ends();
        await(() -> ended.get() == 2);
        assertEquals("42[\"message-back\"]", bystander.say("42[\"message\"]").text());
        assertEquals(2, ended.get());
      }
    }

    @Test
    void one_namespace_may_be_left_and_the_other_goes_on() throws Exception {
      serve();
      try (var socket = joins().say("40/custom")) {
        assertTrue(socket.text().startsWith("40/custom,"));
        assertEquals("42/custom,[\"auth\",{}]", socket.text());
        assertEquals("42[\"message-back\",1]", socket.say("41/custom", "42[\"message\",1]").text());
        assertTrue(socket.say("40/custom").text().startsWith("40/custom,"));
      }
    }
  }

  @Nested
  class Against_pages_of_others {
    private static final String HANDSHAKE = ENGINE + "?EIO=4&transport=polling";

    @Test
    void even_an_error_carries_the_headers_that_let_a_page_read_it() throws Exception {
      serve();
      try (var wire = says(get(ENGINE + "?EIO=4", "Origin: https://a.test"))) {
        var answer = wire.hear();
        assertEquals(400, answer.status());
        assertEquals("*", answer.headers().get("access-control-allow-origin"));
        assertFalse(answer.headers().containsKey("access-control-allow-credentials"));
      }
    }

    @Test
    void an_allowed_origin_is_named_and_a_foreign_one_is_not() throws Exception {
      serve(origins("https://a.test"));
      try (var wire = says(get(HANDSHAKE, "Origin: https://a.test", "Cookie: session=1"))) {
        var answer = wire.hear();
        assertEquals(200, answer.status());
        assertEquals("https://a.test", answer.headers().get("access-control-allow-origin"));
        assertEquals("true", answer.headers().get("access-control-allow-credentials"));
        assertEquals("origin", answer.headers().get("vary"));
      }
      try (var wire = says(get(HANDSHAKE, "Origin: https://b.test"))) {
        var answer = wire.hear();
        assertEquals(200, answer.status());
        assertFalse(answer.headers().containsKey("access-control-allow-origin"));
        assertEquals("origin", answer.headers().get("vary"));
      }
    }

    @Test
    void a_foreign_page_cannot_use_a_cookie() throws Exception {
      serve(origins("https://a.test"));
      String[] foreign = {"Origin: https://evil.test", "Cookie: session=1"};
      assertEquals(403, statusOf(get(HANDSHAKE, foreign)));
      String upgrade = ENGINE + "?EIO=4&transport=websocket";
      assertEquals(403, statusOf(RawWebSocket.request(upgrade, foreign)));
      assertEquals(
          101,
          statusOf(RawWebSocket.request(upgrade, "Origin: https://a.test", "Cookie: session=1")));
      assertEquals(
          101,
          statusOf(RawWebSocket.request(upgrade, "Origin: http://muster.test", "Cookie: s=1")));
      assertEquals(101, statusOf(RawWebSocket.request(upgrade, "Origin: file://")));
    }

    @Test
    void a_preflight_is_answered_and_opens_nothing() throws Exception {
      serve();
      String preflight =
          get(
                  HANDSHAKE,
                  "Origin: https://a.test",
                  "Access-Control-Request-Method: POST",
                  "Access-Control-Request-Headers: x-a")
              .replace("GET", "OPTIONS");
      try (var wire = says(preflight)) {
        var answer = wire.hear();
        assertEquals(204, answer.status());
        assertEquals("*", answer.headers().get("access-control-allow-origin"));
        assertEquals("x-a", answer.headers().get("access-control-allow-headers"));
        assertTrue(answer.headers().get("access-control-allow-methods").contains("POST"));
      }
      assertEquals(0, server.listener().strangers());
    }
  }

  @Nested
  class At_its_limits {
    @Test
    void a_body_over_the_limit_is_413_and_the_session_lives() throws Exception {
      serve(payload(1024));
      var poller = polls(ENGINE);
      assertEquals(413, poller.post("4" + "x".repeat(1024)).statusCode());
      assertEquals(200, poller.post("4" + "x".repeat(1023)).statusCode());
      assertEquals(1024, poller.get().body().length());
    }

    @Test
    void a_body_in_chunks_has_the_same_limit() throws Exception {
      serve(payload(1024));
      var poller = polls(ENGINE);
      String chunk = "200\n" + "4".repeat(0x200) + "\n";
      try (var wire =
          says(postHead(poller, "Transfer-Encoding: chunked") + chunk + chunk + chunk)) {
        assertEquals(413, wire.hear().status());
      }
      poller.post("4lives");
      assertEquals("4lives", poller.get().body());
    }

    @Test
    void a_message_over_the_limit_ends_the_WebSocket() throws Exception {
      serve(payload(1024));
      try (var socket = opens(ENGINE)) {
        assertEquals(1024, socket.say("4" + "x".repeat(1023)).text().length());
        assertTrue(socket.say("4" + "x".repeat(1024)).hear().isEnd());
      }
    }

    @Test
    void a_stranger_is_heard_less_than_a_client() throws Exception {
      serve();
      String large = "x".repeat(EdgeSettings.Limits.DEFAULT.strangerBytes());
      try (var socket = opens(SOCKET)) {
        assertTrue(socket.say("40{\"token\":\"" + large + "\"}").hear().isEnd());
      }
      try (var socket = opens("/held/").say("40")) {
        nextAtTheDoor();
        socket.say(
            "42[\"a\",\"" + large.substring(100) + "\"]", "42[\"b\",\"" + "y".repeat(99) + "\"]");
        assertTrue(socket.hear().isEnd());
      }
      var poller = polls(SOCKET);
      assertEquals(413, poller.post("40{\"token\":\"" + large + "\"}").statusCode());
      try (var socket = joins()) {
        socket.say("42[\"message\",\"" + large + "\"]");
        assertEquals("42[\"message-back\",\"" + large + "\"]", socket.text());
      }
    }

    @Test
    void fragments_together_have_the_limit_of_one() throws Exception {
      serve(payload(1024));
      try (var socket = opens(ENGINE)) {
        byte[] half = "4".repeat(600).getBytes(US_ASCII);
        socket.frame(RawWebSocket.TEXT, half).frame(RawWebSocket.CONTINUATION, half);
        assertTrue(socket.hear().isEnd());
      }
    }

    @Test
    void so_has_their_number() throws Exception {
      serve(payload(1024));
      try (var socket = opens(ENGINE)) {
        socket.frame(RawWebSocket.TEXT, new byte[] {'4'});
        for (int i = 0; i < 8; i++) {
          socket.frame(RawWebSocket.CONTINUATION, new byte[0]);
        }
        assertTrue(socket.hear().isEnd());
      }
    }

    @Test
    void attachments_together_have_the_limit_of_one_message() throws Exception {
      serve(payload(1024));
      try (var socket = joins()) {
        socket.say("452-[\"message\",{\"_placeholder\":true,\"num\":0}]");
        socket.say(new byte[600]).say(new byte[600]);
        assertTrue(socket.hear().isEnd());
      }
    }

    @Test
    void deep_JSON_and_long_numbers_end_the_connection_and_nothing_else() throws Exception {
      serve();
      for (String value :
          List.of("[".repeat(100_000), "1".repeat(100_000), "[],".repeat(300_000) + "0")) {
        try (var socket = joins()) {
          assertTrue(socket.say("42[\"message\"," + value + "]").hear().isEnd());
        }
      }
      try (var socket = joins()) {
        assertEquals("42[\"message-back\",null]", socket.say("42[\"message\",1e999999999]").text());
      }
    }

    @Test
    void a_flood_ends_the_connection() throws Exception {
      serve();
      try (var socket = opens(ENGINE)) {
        byte[] frame =
            RawWebSocket.framed(RawWebSocket.FINAL | RawWebSocket.TEXT, new byte[] {'6'});
        byte[] flood = new byte[frame.length * 2 * EdgeSettings.Limits.DEFAULT.packetsPerSecond()];
        for (int at = 0; at < flood.length; at += frame.length) {
          System.arraycopy(frame, 0, flood, at, frame.length);
        }
        assertTrue(socket.raw(flood).hear().isEnd());
      }
    }

    @Test
    void a_client_that_does_not_read_is_dropped_so_that_it_comes_back() throws Exception {
      serve();
      try (var socket = opens("/held/").say("40")) {
        var client = nextAtTheDoor().accept(counting());
        var frame = Frame.event("large", JSON.textNode("x".repeat(100_000)));
        await(
            () -> {
              client.send(frame);
              return ended.get() == 1;
            });
        assertThrows(
            IOException.class,
            () -> {
              while (!socket.hear().isEnd()) {
                // What the kernel had taken.
              }
              throw new IOException("the end");
            });
      }
    }

    @Test
    void a_polling_client_that_does_not_poll_is_dropped_too() throws Exception {
      serve();
      var poller = polls("/held/");
      poller.post("40");
      var client = nextAtTheDoor().accept(counting());
      var frame = Frame.event("large", JSON.textNode("x".repeat(100_000)));
      await(
          () -> {
            client.send(frame);
            return ended.get() == 1;
          });
      assertEquals(400, poller.get().statusCode());
    }

    @Test
    void strangers_of_one_address_are_counted_until_they_join() throws Exception {
      serve(
          EchoServer.limited(
              l ->
                  new EdgeSettings.Limits(
                      l.payloadBytes(),
                      l.strangerBytes(),
                      l.outboundBytes(),
                      l.packetsPerSecond(),
                      l.fragments(),
                      l.requests(),
                      l.earlyEvents(),
                      1,
                      l.strangers(),
                      l.postBytes())));
      String target = SOCKET + "?EIO=4&transport=websocket";
      // Behind an untrusted proxy: the privileges of loopback are gone, its header is not believed.
      try (var first = RawWebSocket.open(server.port(), target, "X-Forwarded-For: 192.0.2.1")) {
        assertEquals(503, statusOf(RawWebSocket.request(target, "X-Forwarded-For: 192.0.2.2")));
        assertTrue(first.text().startsWith("0{"));
        assertTrue(first.say("40").text().startsWith("40"));
        assertEquals(101, statusOf(RawWebSocket.request(target, "X-Forwarded-For: 192.0.2.2")));
      }
      await(() -> server.listener().strangers() == 0);
    }

    @Test
    void a_taken_port_is_named() {
      serve();
      var taken = new InetSocketAddress("127.0.0.1", server.port());
      var refused =
          assertThrows(
              BindException.class,
              () ->
                  Listener.open(
                      server.loops(), List.of(taken), EchoServer.settings(), List.of(), List.of()));
      assertTrue(refused.getMessage().contains("127.0.0.1 port " + server.port()));
    }
  }

  @Nested
  class When_all_is_over {
    @Test
    void nothing_is_left_behind() throws Exception {
      serve();
      var replies = new LinkedBlockingQueue<Reply>();
      try (var socket = opens("/held/").say("40")) {
        var client = nextAtTheDoor().accept(counting());
        client.request(Frame.event("asked"), Duration.ofMinutes(1), replies::add);
        assertTrue(socket.text().startsWith("40"));
        assertEquals("420[\"asked\"]", socket.text());
      }
      assertEquals(Reply.LOST, replies.poll(5, TimeUnit.SECONDS));
      var poller = polls(ENGINE);
      try (var probe = probes(poller)) {
        assertEquals("3probe", probe.text());
        poller.post("1");
        assertTrue(probe.hear().isEnd());
      }
      await(() -> ended.get() == 1 && server.listener().strangers() == 0);
      await(() -> server.listener().pollingSessions() == 0);
    }

    @Test
    void a_request_nobody_answers_is_lost_in_time_and_a_late_ack_means_nothing() throws Exception {
      serve();
      var replies = new LinkedBlockingQueue<Reply>();
      try (var socket = opens("/held/").say("40")) {
        var client = nextAtTheDoor().accept(counting());
        client.request(Frame.event("asked"), Duration.ofMillis(150), replies::add);
        assertEquals(Reply.LOST, replies.poll(5, TimeUnit.SECONDS));
        assertTrue(socket.text().startsWith("40"));
        assertEquals("420[\"asked\"]", socket.text());
        socket.say("430[true]");
        client.request(Frame.event("again"), Duration.ofMinutes(1), replies::add);
        assertEquals("421[\"again\"]", socket.text());
        socket.say("431[true]");
        var answered = (Reply.Answered) replies.poll(5, TimeUnit.SECONDS);
        assertTrue(answered.arguments().getFirst().booleanValue());
        assertTrue(replies.isEmpty());
      }
    }
  }
}
