package io.muster.http.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
class PlainSocketTest {
  private static final HttpLimits HTTP = HttpLimits.DEFAULT;

  private enum Patience {
    AUTH,
    JOIN,
    PING,
    NONE
  }

  /** Small limits of size, and a short time for one thing. */
  private static PlainLimits limits(Patience shortened) {
    return new PlainLimits(
        10_000,
        5_000,
        200_000,
        2,
        time(shortened == Patience.AUTH),
        time(shortened == Patience.JOIN),
        time(shortened == Patience.PING),
        time(shortened == Patience.PING),
        Duration.ofMillis(400),
        2,
        3,
        Allowance.of(1, 100));
  }

  private static Duration time(boolean isShort) {
    return isShort ? Duration.ofMillis(400) : Duration.ofSeconds(20);
  }

  private static EventLoops loops;

  private final Desk desk = new Desk();
  private Door door;
  private PlainClient client;

  @BeforeAll
  static void open() {
    loops = EventLoops.onAllCores();
  }

  @AfterAll
  static void close() {
    loops.close();
  }

  @BeforeEach
  void connect() throws IOException {
    connect(Patience.NONE);
  }

  private void reconnect(Patience shortened) throws IOException {
    disconnect();
    connect(shortened);
  }

  private void connect(Patience shortened) throws IOException {
    var handlers =
        PlainUpgrade.serving(
            new PlainUpgrade.Mount(
                desk,
                limits(shortened),
                TrustedProxies.NONE,
                AllowedOrigins.of(List.of("https://friend.example"))));
    door =
        new Door(
            loops,
            pipeline ->
                pipeline.addLast(HTTP.newCodec(), new Doorman(HTTP)).addLast(handlers.get()));
    client = new PlainClient(door.port());
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    door.close();
  }

  /** An application that keeps what it is told and answers as the test wants. */
  private static final class Desk implements SocketApplication {
    final BlockingQueue<Joining> atTheDoor = new LinkedBlockingQueue<>();
    final BlockingQueue<Visitor> visitors = new LinkedBlockingQueue<>();
    volatile boolean lettingIn = true;

    @Override
    public void joining(Joining client) {
      atTheDoor.add(client);
      if (lettingIn) {
        letIn(client);
      }
    }

    Visitor letIn(Joining client) {
      var visitor = new Visitor();
      visitor.socket = client.accept(visitor);
      visitors.add(visitor);
      return visitor;
    }

    Joining next() throws InterruptedException {
      return atTheDoor.poll(10, TimeUnit.SECONDS);
    }

    Visitor visitor() throws InterruptedException {
      return visitors.poll(10, TimeUnit.SECONDS);
    }
  }

  private static final class Visitor implements SocketHandler {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    volatile Socket socket;

    @Override
    public void event(String name, List<JsonNode> arguments, Optional<Acknowledge> acknowledge) {
      heard.add(name + arguments);
      acknowledge.ifPresent(ack -> ack.with(TextNode.valueOf("heard " + name)));
      acknowledge.ifPresent(ack -> ack.with(TextNode.valueOf("twice")));
      switch (name) {
        case "end" -> socket.end(Ending.valueOf(arguments.getFirst().textValue()));
        case "many" -> {
          for (int i = 0; i < 50; i++) {
            socket.send(frame("n", i));
          }
        }
        default -> {}
      }
    }

    @Override
    public void alive() {
      heard.add("alive");
    }

    @Override
    public void ended() {
      heard.add("ended");
    }

    String next() throws InterruptedException {
      return heard.poll(10, TimeUnit.SECONDS);
    }

    void hears(String... expected) throws InterruptedException {
      var all = new ArrayList<String>();
      while (all.size() < expected.length) {
        all.add(next());
      }
      assertEquals(List.of(expected), all);
    }
  }

  private static Frame frame(String name, int number) {
    return Frame.event(name, JsonNodeFactory.instance.numberNode(number));
  }

  private Visitor joined() throws Exception {
    client.open("/ws/device", "Authorization: Bearer t").joins();
    return desk.visitor();
  }

  @Nested
  class The_upgrade {
    @Test
    void answers_the_key_as_RFC_6455_says() throws IOException {
      client.open("/ws/device");
      assertEquals(
          "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", client.handshake.headers().get("sec-websocket-accept"));
      assertNull(client.handshake.headers().get("sec-websocket-protocol"));
    }

    @Test
    void tells_the_application_who_comes() throws Exception {
      client.open(
          "/ws/dashboard?a=1&a=2&token=secret",
          "Authorization: Bearer tok.en",
          "X-Forwarded-For: 1.2.3.4");
      var at = desk.next();
      assertEquals("{\"token\":\"tok.en\"}", at.auth().toString());
      assertEquals("/", at.namespace());
      assertEquals("/ws/dashboard", at.handshake().path());
      assertEquals(Map.of("a", "2"), at.handshake().query());
      assertEquals(Handshake.Dialect.PLAIN, at.handshake().dialect());
      assertTrue(at.handshake().forwarded());
      assertTrue(at.handshake().address().isLoopbackAddress());
    }

    @Test
    void takes_the_token_from_a_subprotocol_and_picks_the_harmless_one() throws Exception {
      client.open("/ws/device", "Sec-WebSocket-Protocol: muster, auth.a.b.c");
      assertEquals("{\"token\":\"a.b.c\"}", desk.next().auth().toString());
      assertEquals("muster", client.handshake.headers().get("sec-websocket-protocol"));
    }

    @Test
    void picks_the_tokens_subprotocol_when_there_is_no_other() throws Exception {
      client.open("/ws/device", "Sec-WebSocket-Protocol: auth.a.b.c");
      assertEquals("auth.a.b.c", client.handshake.headers().get("sec-websocket-protocol"));
      assertEquals("{\"token\":\"a.b.c\"}", desk.next().auth().toString());
    }

    @Test
    void leaves_nothing_of_http_and_reads_what_came_in_the_same_segment() throws Exception {
      byte[] http =
          PlainClient.upgrade("/ws/device", "Authorization: Bearer t")
              .replace("\n", "\r\n")
              .getBytes(StandardCharsets.ISO_8859_1);
      byte[] frame = PlainClient.masked(0x81, "{\"event\":\"early\"}".getBytes());
      byte[] both = new byte[http.length + frame.length];
      System.arraycopy(http, 0, both, 0, http.length);
      System.arraycopy(frame, 0, both, http.length, frame.length);
      client.wire.say(both);
      assertEquals(101, client.wire.hear(false).status());
      client.joins();
      desk.visitor().hears("early[]");
    }

    @Test
    void is_required() throws IOException {
      var answer = client.wire.say("GET /ws/device HTTP/1.1\nHost: m\n\n").hear();
      assertEquals(426, answer.status());
      assertEquals("13", answer.headers().get("sec-websocket-version"));
      assertTrue(answer.body().contains("\"code\":\"upgrade_required\""));
    }

    @Test
    void with_a_bad_key_gets_400() throws IOException {
      client.wire.say(
          PlainClient.upgrade("/ws/device").replace("dGhlIHNhbXBsZSBub25jZQ==", "short"));
      assertEquals(400, client.wire.hear().status());
    }

    @Test
    void with_a_cookie_from_a_foreign_page_gets_403() throws IOException {
      client.wire.say(
          PlainClient.upgrade("/ws/dashboard", "Cookie: a=b", "Origin: https://evil.example"));
      assertEquals(403, client.wire.hear().status());
    }

    @Test
    void with_a_cookie_from_our_own_or_a_friendly_page_is_welcome() throws IOException {
      client.open("/ws/dashboard", "Cookie: a=b", "Origin: http://muster");
      try (var friend = new PlainClient(door.port())) {
        friend.open("/ws/dashboard", "Cookie: a=b", "Origin: https://friend.example");
      }
    }

    @Test
    void without_a_cookie_may_come_from_any_page() throws IOException {
      client.open("/ws/device", "Origin: file://");
    }
  }

  @Nested
  class Before_a_token {
    @BeforeEach
    void open() throws IOException {
      client.open("/ws/device");
    }

    @Test
    void the_first_frame_may_bring_it() throws Exception {
      client.say("{\"event\":\"auth\",\"data\":{\"token\":\"t\",\"more\":1}}");
      assertEquals("{\"token\":\"t\"}", desk.next().auth().toString());
      client.joins();
    }

    @Test
    void the_first_frame_may_ask_for_an_ack() throws Exception {
      client.say("{\"event\":\"auth\",\"data\":{\"token\":\"t\"},\"id\":\"a\"}").joins();
      assertEquals("{\"ack\":\"a\"}", client.hearJson().toString());
    }

    @Test
    void the_first_frame_may_leave_it_to_a_cookie() throws Exception {
      client.say("{\"event\":\"auth\"}");
      assertEquals("{}", desk.next().auth().toString());
    }

    @Test
    void nothing_else_is_heard() throws IOException {
      client.say("{\"event\":\"heartbeat\"}").closes(4001, "auth: expected event auth first");
    }

    @Test
    void little_is_listened_to() throws IOException {
      client.say("{\"event\":\"" + "x".repeat(6_000) + "\"}");
      client.closes(1009, "too_big: at most 5000 bytes before joining");
    }

    @Test
    void patience_is_limited() throws IOException {
      reconnect(Patience.AUTH);
      client.open("/ws/device");
      client.closes(4408, "auth_timeout: expected event auth");
    }
  }

  @Nested
  class Strangers {
    private int upgrades(String address) throws IOException {
      int status;
      var one = new PlainClient(door.port());
      others.add(one);
      one.wire.say(PlainClient.upgrade("/ws/device", "X-Forwarded-For: " + address));
      status = one.wire.hear(false).status();
      return status;
    }

    private final List<PlainClient> others = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
      for (var other : others) {
        other.close();
      }
    }

    @Test
    void of_one_address_are_limited_until_they_join() throws Exception {
      assertEquals(101, upgrades("1.1.1.1"));
      assertEquals(101, upgrades("1.1.1.1"));
      assertEquals(503, upgrades("1.1.1.1"));
      others.getFirst().say("{\"event\":\"auth\",\"data\":{\"token\":\"t\"}}").joins();
      assertEquals(101, upgrades("1.1.1.1"));
    }

    @Test
    void are_limited_all_together() throws Exception {
      client.open("/ws/device");
      try (var two = new PlainClient(door.port()).open("/ws/device");
          var three = new PlainClient(door.port()).open("/ws/device")) {
        assertEquals(503, upgrades("1.1.1.1"));
        two.say("{\"event\":\"auth\"}").joins();
        assertEquals(101, upgrades("1.1.1.1"));
        three.say("{\"event\":\"auth\"}").joins();
      }
    }
  }

  @Nested
  class At_the_door {
    private SocketApplication.Joining joining;

    @BeforeEach
    void open() throws Exception {
      desk.lettingIn = false;
      client.open("/ws/device", "Authorization: Bearer t");
      joining = desk.next();
    }

    @Test
    void events_wait_for_the_answer() throws Exception {
      client.say("{\"event\":\"one\"}").say("{\"event\":\"two\",\"data\":2}");
      var visitor = desk.letIn(joining);
      client.joins();
      visitor.hears("one[]", "two[2]");
    }

    @Test
    void a_refusal_is_told_and_is_final() throws IOException {
      joining.refuse("auth_expired", JsonNodeFactory.instance.objectNode().put("code", "X"));
      assertEquals(
          "{\"event\":\"error\",\"data\":{\"message\":\"auth_expired\",\"data\":{\"code\":\"X\"}}}",
          client.hearJson().toString());
      client.closes(4001, "auth: auth_expired");
    }

    @Test
    void who_is_turned_away_may_come_back() throws IOException {
      joining.turnAway(Ending.ABORTED);
      client.closes(1013, "try_later");
    }

    @Test
    void only_the_first_answer_counts() throws Exception {
      var visitor = desk.letIn(joining);
      joining.refuse("no", JsonNodeFactory.instance.objectNode());
      client.joins().say("{\"event\":\"still\"}");
      visitor.hears("still[]");
    }

    @Test
    void no_answer_in_time_closes_and_one_who_comes_too_late_ends_at_once() throws Exception {
      reconnect(Patience.JOIN);
      client.open("/ws/device", "Authorization: Bearer t");
      client.closes(1013, "try_later: no answer in time");
      desk.letIn(desk.next()).hears("ended");
    }
  }

  @Nested
  class When_joined {
    @Test
    void an_event_is_heard_and_its_id_acknowledged_once() throws Exception {
      var visitor = joined();
      client.say("{\"event\":\"a\",\"data\":{\"x\":[1]},\"id\":7}").say("{\"event\":\"b\"}");
      visitor.hears("a[{\"x\":[1]}]", "b[]");
      assertEquals("{\"ack\":7,\"data\":\"heard a\"}", client.hearJson().toString());
      client.say("{\"event\":\"c\",\"id\":\"s\"}");
      assertEquals("{\"ack\":\"s\",\"data\":\"heard c\"}", client.hearJson().toString());
    }

    @Test
    void events_go_out_in_order_and_shared_frames_are_encoded_once() throws Exception {
      var visitor = joined();
      var shared = frame("n", 1);
      assertSame(shared.plain().unwrap().unwrap(), shared.plain().unwrap().unwrap());
      visitor.socket.send(shared);
      visitor.socket.send(Frame.event("none"));
      visitor.socket.send(shared);
      assertEquals("{\"event\":\"n\",\"data\":1}", client.hearJson().toString());
      assertEquals("{\"event\":\"none\"}", client.hearJson().toString());
      assertEquals("{\"event\":\"n\",\"data\":1}", client.hearJson().toString());
    }

    @Test
    void fifty_events_written_in_one_turn_all_arrive() throws Exception {
      joined();
      client.say("{\"event\":\"many\"}");
      for (int i = 0; i < 50; i++) {
        assertEquals(i, client.hearJson().path("data").intValue());
      }
    }

    @Test
    void a_fragmented_message_is_one_message() throws Exception {
      var visitor = joined();
      client.frame(PlainClient.TEXT, "{\"eve".getBytes());
      client.frame(0x80 | PlainClient.PING, new byte[] {1});
      client.frame(0x80, "nt\":\"whole\"}".getBytes());
      assertEquals(PlainClient.PONG, client.hear().opcode());
      visitor.hears("alive", "whole[]");
    }

    @Test
    void the_clients_close_is_answered_and_ends_it_once() throws Exception {
      var visitor = joined();
      client.frame(0x80 | PlainClient.CLOSE, new byte[] {3, (byte) 0xe8});
      client.closes(1000, "bye");
      assertTrue(client.wire.isEnded());
      visitor.hears("ended");
      visitor.socket.end(Ending.REVOKED);
      visitor.socket.send(frame("late", 1));
      assertTrue(visitor.heard.isEmpty());
    }

    @Test
    void a_lost_connection_ends_it() throws Exception {
      var visitor = joined();
      client.close();
      visitor.hears("ended");
    }

    @Test
    void silence_after_a_ping_drops_it() throws Exception {
      reconnect(Patience.PING);
      var visitor = joined();
      assertEquals(PlainClient.PING, client.hear().opcode());
      visitor.hears("ended");
      assertTrue(client.wire.isEnded());
    }

    @Test
    void any_frame_after_a_ping_is_life() throws Exception {
      reconnect(Patience.PING);
      var visitor = joined();
      for (int i = 0; i < 3; i++) {
        assertEquals(PlainClient.PING, client.hear().opcode());
        client.frame(0x80 | PlainClient.PONG, new byte[0]);
        visitor.hears("alive");
      }
    }

    @Test
    void a_client_that_does_not_read_is_dropped() throws Exception {
      var visitor = joined();
      var large = Frame.event("large", TextNode.valueOf("x".repeat(50_000)));
      for (int i = 0; i < 2_000 && visitor.heard.isEmpty(); i++) {
        visitor.socket.send(large);
      }
      visitor.hears("ended");
    }
  }

  @Nested
  class A_request {
    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

    private void ask(Visitor visitor, Duration patience) {
      visitor.socket.request(
          frame("command", 1),
          patience,
          reply ->
              replies.add(
                  (visitor.socket.loop().inEventLoop() ? "" : "elsewhere ") + reply.toString()));
    }

    private String reply() throws InterruptedException {
      return replies.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void is_answered_by_the_ack_of_its_id() throws Exception {
      var visitor = joined();
      ask(visitor, Duration.ofSeconds(10));
      var asked = client.hearJson();
      assertEquals("{\"event\":\"command\",\"data\":1,\"id\":1}", asked.toString());
      client.say("{\"ack\":99,\"data\":{}}").say("{\"ack\":1,\"data\":{\"ok\":true}}");
      client.say("{\"ack\":1,\"data\":{\"ok\":false}}");
      assertEquals("Answered[arguments=[{\"ok\":true}]]", reply());
      visitor.hears("alive", "alive", "alive");
      assertTrue(replies.isEmpty());
    }

    @Test
    void is_lost_when_patience_runs_out() throws Exception {
      ask(joined(), Duration.ofMillis(50));
      assertEquals("Lost[]", reply());
    }

    @Test
    void is_lost_with_the_socket_and_at_once_after_it() throws Exception {
      var visitor = joined();
      ask(visitor, Duration.ofSeconds(10));
      visitor.socket.end(Ending.ABORTED);
      assertEquals("Lost[]", reply());
      ask(visitor, Duration.ofSeconds(10));
      assertEquals("Lost[]", reply());
    }

    @Test
    void beyond_the_limit_is_lost_at_once() throws Exception {
      var visitor = joined();
      ask(visitor, Duration.ofSeconds(10));
      ask(visitor, Duration.ofSeconds(10));
      ask(visitor, Duration.ofSeconds(10));
      assertEquals("Lost[]", reply());
      assertTrue(replies.isEmpty());
    }
  }

  @Nested
  class The_end {
    private void ends(Ending ending, int code, String reason) throws Exception {
      var visitor = joined();
      client.say("{\"event\":\"end\",\"data\":\"%s\"}".formatted(ending));
      client.closes(code, reason);
      visitor.hears("end[\"%s\"]".formatted(ending), "ended");
      assertTrue(client.wire.isEnded());
    }

    @Test
    void by_restart_has_code_1012() throws Exception {
      ends(Ending.RESTARTING, 1012, "restart");
    }

    @Test
    void by_takeover_has_code_4008() throws Exception {
      ends(Ending.SUPERSEDED, 4008, "superseded");
    }

    @Test
    void by_revocation_has_code_4001() throws Exception {
      ends(Ending.REVOKED, 4001, "auth");
    }

    @Test
    void by_violation_has_code_4029() throws Exception {
      ends(Ending.VIOLATION, 4029, "rate");
    }

    @Test
    void by_abort_has_no_close_frame() throws Exception {
      joined();
      client.say("{\"event\":\"end\",\"data\":\"ABORTED\"}");
      assertTrue(client.wire.isEnded());
    }
  }

  @Nested
  class Bad_input {
    private void isRefused(String text, String why) throws Exception {
      try (var one = new PlainClient(door.port())) {
        one.open("/ws/device", "Authorization: Bearer t").joins().say(text);
        one.closes(4400, "bad_message: " + why);
      }
    }

    @Test
    void of_every_kind_is_named() throws Exception {
      isRefused("{", "expected JSON, not deeper than 32");
      isRefused("{\"event\":\"a\"} {}", "expected JSON, not deeper than 32");
      isRefused("{\"event\":\"a\",\"event\":\"b\"}", "expected JSON, not deeper than 32");
      isRefused(
          "{\"event\":\"a\",\"data\":" + "[".repeat(40) + "]".repeat(40) + "}",
          "expected JSON, not deeper than 32");
      isRefused("", "expected a JSON object");
      isRefused("[]", "expected a JSON object");
      isRefused("{\"data\":1}", "event must be a string of 1 to 128");
      isRefused("{\"event\":7}", "event must be a string of 1 to 128");
      isRefused("{\"event\":\"a\",\"x\":1}", "unknown field beside data, event, id");
      isRefused("{\"ack\":1,\"event\":\"a\"}", "unknown field beside ack, data");
      isRefused(
          "{\"event\":\"a\",\"id\":1.5}", "an id must be an integer or a string of at most 128");
    }

    @Test
    void that_is_too_big_has_code_1009_also_in_fragments() throws Exception {
      joined();
      client.say("{\"event\":\"" + "x".repeat(10_000) + "\"}");
      client.closes(1009, "too_big");
      try (var pieces = new PlainClient(door.port())) {
        pieces.open("/ws/device", "Authorization: Bearer t").joins();
        pieces.frame(PlainClient.TEXT, new byte[6_000]).frame(0, new byte[6_000]);
        pieces.closes(1009, "too_big: at most 10000 bytes");
      }
    }

    @Test
    void that_is_no_text_is_refused() throws Exception {
      joined();
      client.frame(0x80 | PlainClient.BINARY, new byte[3]).closes(1003, "text_only: binary");
      try (var latin = new PlainClient(door.port())) {
        latin.open("/ws/device", "Authorization: Bearer t").joins();
        latin.frame(0x81, new byte[] {'"', (byte) 0xe9, '"'}).closes(1007, "not_utf8: text");
      }
    }

    @Test
    void without_a_mask_is_a_protocol_error() throws Exception {
      joined();
      client.wire.say(new byte[] {(byte) 0x81, 2, '{', '}'});
      client.closes(1002, "protocol_error");
    }

    @Test
    void in_a_flood_has_code_4029() throws Exception {
      joined();
      for (int i = 0; i < 150; i++) {
        client.say("{\"event\":\"a\"}");
      }
      client.closes(4029, "rate: slow down");
      assertFalse(desk.atTheDoor.isEmpty());
    }
  }
}
