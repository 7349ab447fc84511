package io.muster.http.edge;

import static org.apache.pekko.http.javadsl.server.Directives.complete;
import static org.apache.pekko.http.javadsl.server.Directives.completeWithFuture;
import static org.apache.pekko.http.javadsl.server.Directives.concat;
import static org.apache.pekko.http.javadsl.server.Directives.entity;
import static org.apache.pekko.http.javadsl.server.Directives.extractClientIP;
import static org.apache.pekko.http.javadsl.server.Directives.extractRequest;
import static org.apache.pekko.http.javadsl.server.Directives.get;
import static org.apache.pekko.http.javadsl.server.Directives.path;
import static org.apache.pekko.http.javadsl.server.Directives.post;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
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
class RouteHandlerTest {
  private enum Patience {
    HEAD,
    BODY,
    ANSWER,
    IDLE,
    STALL,
    NONE
  }

  private static final HttpLimits LIMITS = limits(Patience.NONE);

  /** Small limits of size, and a short time for one thing. */
  private static HttpLimits limits(Patience shortened) {
    return new HttpLimits(
        1024,
        2048,
        1000,
        1500,
        time(shortened == Patience.HEAD),
        time(shortened == Patience.BODY),
        time(shortened == Patience.ANSWER),
        time(shortened == Patience.IDLE),
        time(shortened == Patience.STALL));
  }

  private static Duration time(boolean isShort) {
    return isShort ? Duration.ofMillis(300) : Duration.ofSeconds(20);
  }

  private static ActorTestKit kit;
  private static EventLoops loops;

  private final CompletableFuture<Done> streamEnded = new CompletableFuture<>();
  private final CountDownLatch slowAsked = new CountDownLatch(1);
  private final CompletableFuture<HttpResponse> slow = new CompletableFuture<>();
  private final AtomicLong produced = new AtomicLong();
  private volatile String thread = "";
  private Door door;
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
  void connect() throws IOException {
    door = door(LIMITS, TrustedProxies.NONE);
    client = new Wire(door.port());
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    door.close();
  }

  private void reconnect(Patience shortened) throws IOException {
    disconnect();
    door = door(limits(shortened), TrustedProxies.NONE);
    client = new Wire(door.port());
  }

  private Door door(HttpLimits limits, TrustedProxies proxies) {
    var routing = Routing.of(kit.system(), routes().function(kit.system()), limits, proxies);
    var handlers = RouteHandler.answering(routing);
    return new Door(
        loops,
        pipeline ->
            pipeline.addLast(limits.newCodec(), new Doorman(limits)).addLast(handlers.get()));
  }

  private Route routes() {
    return concat(
        path("hello", () -> get(() -> complete("hello"))),
        path("json", () -> get(() -> complete(StatusCodes.CREATED, "made"))),
        path(
            "thread",
            () ->
                get(
                    () -> {
                      thread = Thread.currentThread().getName();
                      return complete("ok");
                    })),
        path("echo", () -> post(() -> entity(Unmarshaller.entityToString(), t -> complete(t)))),
        path("who", () -> extractClientIP(ip -> complete(ip.getAddress().get().getHostAddress()))),
        path(
            "where",
            () ->
                extractRequest(
                    r -> {
                      var at = r.getAttribute(ClientAddress.ATTRIBUTE).orElseThrow();
                      return complete(
                          "%s %s %s"
                              .formatted(
                                  r.getUri(), at.onThisMachine(), r.getHeader("X-Forwarded-For")));
                    })),
        path(
            "slow",
            () -> {
              slowAsked.countDown();
              return completeWithFuture(slow);
            }),
        path("boom", () -> completeWithFuture(CompletableFuture.failedFuture(new Error("boom")))),
        path(
            "endless",
            () ->
                complete(
                    stream(
                        Source.tick(
                                Duration.ZERO, Duration.ofMillis(5), ByteString.fromString("tick"))
                            .mapMaterializedValue(_ -> NotUsed.getInstance())))),
        path("flood", () -> complete(stream(flood()))),
        path(
            "three",
            () ->
                complete(stream(Source.from(List.of("a", "b", "c")).map(ByteString::fromString)))),
        path(
            "sized",
            () ->
                complete(
                    HttpResponse.create()
                        .withEntity(
                            HttpEntities.create(
                                ContentTypes.TEXT_PLAIN_UTF8,
                                3,
                                Source.from(List.of("x", "yz")).map(ByteString::fromString))))),
        path(
            "broken",
            () ->
                complete(
                    stream(
                        Source.from(List.of("half", "bad"))
                            .map(
                                piece -> {
                                  if (piece.equals("bad")) {
                                    throw new IllegalStateException("on purpose");
                                  }
                                  return ByteString.fromString(piece);
                                })))),
        path("empty", () -> complete(StatusCodes.NO_CONTENT)),
        path(
            "last",
            () ->
                complete(
                    HttpResponse.create().addHeader(Connection.create("close")).withEntity("bye"))),
        path(
            "split",
            () ->
                complete(
                    HttpResponse.create()
                        .addHeader(RawHeader.create("X-Evil", "a\r\nSet-Cookie: b")))));
  }

  private Source<ByteString, NotUsed> flood() {
    var kilobyte = ByteString.fromArray(new byte[1024]);
    return Source.repeat(kilobyte)
        .map(
            bytes -> {
              produced.incrementAndGet();
              return bytes;
            });
  }

  private HttpResponse stream(Source<ByteString, NotUsed> source) {
    var watched =
        source.watchTermination(
            (_, end) -> {
              end.whenComplete((done, _) -> streamEnded.complete(done));
              return NotUsed.getInstance();
            });
    return HttpResponse.create()
        .withEntity(HttpEntities.createChunked(ContentTypes.TEXT_PLAIN_UTF8, watched));
  }

  private static void assertProblem(int status, String code, Wire.Answer answer)
      throws IOException {
    assertEquals(status, answer.status());
    assertEquals("application/problem+json", answer.headers().get("content-type"));
    var problem = new ObjectMapper().readTree(answer.body());
    assertEquals(status, problem.path("status").intValue());
    assertEquals(code, problem.path("code").textValue());
  }

  private static String asking(String path) {
    return "GET %s HTTP/1.1\nHost: muster\n\n".formatted(path);
  }

  @Nested
  class A_request {
    @Test
    void is_answered_by_its_route_and_the_connection_stays() throws IOException {
      assertEquals("hello", client.say(asking("/hello")).hear().body());
      var second = client.say(asking("/json")).hear();
      assertEquals(201, second.status());
      assertEquals("text/plain; charset=UTF-8", second.headers().get("content-type"));
      assertTrue(second.headers().get("date").endsWith("GMT"));
    }

    @Test
    void runs_off_the_event_loops() throws IOException {
      client.say(asking("/thread")).hear();
      assertTrue(thread.contains("dispatcher"), thread);
    }

    @Test
    void brings_its_body() throws IOException {
      var sized =
          "POST /echo HTTP/1.1\nHost: m\nContent-Type: text/plain\nContent-Length: 3\n\nabc";
      assertEquals("abc", client.say(sized).hear().body());
      var chunked =
          "POST /echo HTTP/1.1\nHost: m\nContent-Type: text/plain\nTransfer-Encoding: chunked\n\n"
              + "2\nab\n3\ncde\n0\n\n";
      assertEquals("abcde", client.say(chunked).hear().body());
    }

    @Test
    void finds_no_route_and_the_connection_stays() throws IOException {
      assertEquals(404, client.say(asking("/nowhere")).hear().status());
      assertEquals(200, client.say(asking("/hello")).hear().status());
    }

    @Test
    void whose_route_fails_gets_500() throws IOException {
      assertEquals(500, client.say(asking("/boom")).hear().status());
    }

    @Test
    void by_an_unknown_method_gets_501() throws IOException {
      assertProblem(501, "unknown_method", client.say("FROB /hello HTTP/1.1\nHost: m\n\n").hear());
    }

    @Test
    void that_asks_to_close_is_the_last() throws IOException {
      var answer = client.say("GET /hello HTTP/1.1\nHost: m\nConnection: close\n\n").hear();
      assertEquals("close", answer.headers().get("connection"));
      assertTrue(client.isEnded());
    }

    @Test
    void of_http_1_0_is_the_last_unless_it_says_keep_alive() throws IOException {
      var kept = client.say("GET /hello HTTP/1.0\nConnection: keep-alive\n\n").hear();
      assertEquals("keep-alive", kept.headers().get("connection"));
      assertEquals("hello", client.say("GET /hello HTTP/1.0\n\n").hear().body());
      assertTrue(client.isEnded());
    }

    @Test
    void whose_answer_says_close_is_the_last() throws IOException {
      assertEquals("bye", client.say(asking("/last")).hear().body());
      assertTrue(client.isEnded());
    }

    @Test
    void with_a_bad_uri_gets_400() throws IOException {
      for (String bad : List.of("/a%zz", "/hello?x=%z", "http:///x", "ftp://x/y", "*")) {
        var answer = client.say(asking(bad)).hear();
        assertEquals(400, answer.status(), bad);
        assertProblem(400, "bad_request", answer);
      }
    }

    @Test
    void with_a_bad_host_gets_400() throws IOException {
      for (String host : List.of("", "Host: a\nHost: b\n", "Host: evil/hello?\n", "Host: a b\n")) {
        assertProblem(
            400, "bad_request", client.say("GET /hello HTTP/1.1\n%s\n".formatted(host)).hear());
      }
    }

    @Test
    void that_is_not_http_gets_400_and_the_end() throws IOException {
      assertProblem(400, "bad_request", client.say("what is this\n\n").hear());
      assertTrue(client.isEnded());
    }
  }

  @Nested
  class A_request_that_can_be_read_in_two_ways {
    private void isRefused(String what, String headers, String body) throws IOException {
      try (var one = new Wire(door.port())) {
        one.say("POST /echo HTTP/1.1\nHost: m\nContent-Type: text/plain\n" + headers + "\n");
        one.say(body.getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(400, one.hear().status(), what);
        assertTrue(one.isEnded(), what);
      }
    }

    @Test
    void is_refused() throws IOException {
      var chunk = "3\r\nabc\r\n0\r\n\r\n";
      isRefused("two lengths", "Content-Length: 3\nContent-Length: 5\n", "abcde");
      isRefused("a length and chunks", "Content-Length: 3\nTransfer-Encoding: chunked\n", chunk);
      isRefused("chunks twice", "Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n", chunk);
      isRefused("an unknown coding", "Transfer-Encoding: xchunked\n", chunk);
      isRefused("a coding after chunks", "Transfer-Encoding: chunked, gzip\n", chunk);
      isRefused("a signed length", "Content-Length: +3\n", "abc");
      isRefused("a space before the colon", "Content-Length : 3\n", "abc");
      isRefused("a bad chunk", "Transfer-Encoding: chunked\n", "3;\nabc");
    }
  }

  @Nested
  class A_HEAD_request {
    @Test
    void gets_the_headers_of_GET_and_no_body() throws IOException {
      var head = client.say("HEAD /hello HTTP/1.1\nHost: m\n\n").hear(false);
      assertEquals(200, head.status());
      assertEquals("5", head.headers().get("content-length"));
      assertEquals("hello", client.say(asking("/hello")).hear().body());
    }

    @Test
    void cancels_a_streamed_answer() throws Exception {
      var head = client.say("HEAD /endless HTTP/1.1\nHost: m\n\n").hear(false);
      assertEquals("chunked", head.headers().get("transfer-encoding"));
      streamEnded.get(5, TimeUnit.SECONDS);
      assertEquals("hello", client.say(asking("/hello")).hear().body());
    }
  }

  @Nested
  class A_limit {
    @Test
    void of_the_body_holds_for_a_declared_length_before_a_byte_is_read() throws IOException {
      var answer = client.say("POST /echo HTTP/1.1\nHost: m\nContent-Length: 1001\n\n").hear();
      assertProblem(413, "payload_too_large", answer);
      assertEquals("close", answer.headers().get("connection"));
      assertTrue(client.isEnded());
    }

    @Test
    void of_the_body_holds_for_chunks() throws IOException {
      client.say("POST /echo HTTP/1.1\nHost: m\nTransfer-Encoding: chunked\n\n");
      client.say("258\n" + "x".repeat(600) + "\n").say("258\n" + "x".repeat(600) + "\n");
      assertProblem(413, "payload_too_large", client.hear());
      assertTrue(client.isEnded());
    }

    @Test
    void of_the_body_is_heard_even_by_a_client_that_goes_on_sending() throws IOException {
      client.say("POST /echo HTTP/1.1\nHost: m\nContent-Length: 200000\n\n" + "x".repeat(200_000));
      assertProblem(413, "payload_too_large", client.hear());
    }

    @Test
    void of_all_bodies_together_gives_503_until_one_is_through() throws IOException {
      var half = "POST /echo HTTP/1.1\nHost: m\nContent-Type: text/plain\nContent-Length: 1000\n\n";
      client.say(half + "x".repeat(999));
      try (var other = new Wire(door.port())) {
        // Until the first body has been read there is still room for the second.
        Wire.Answer answer;
        do {
          answer = new Wire(door.port()).say(half + "y".repeat(1000)).hear();
        } while (answer.status() == 200);
        assertProblem(503, "overloaded", answer);
        assertEquals(200, client.say("x").hear().status());
        assertEquals(200, other.say(half + "z".repeat(1000)).hear().status());
      }
    }

    @Test
    void of_the_body_is_met_exactly() throws IOException {
      var body = "x".repeat(1000);
      client.say(
          "POST /echo HTTP/1.1\nHost: m\nContent-Type: text/plain\nContent-Length: 1000\n\n"
              + body);
      assertEquals(body, client.hear().body());
    }

    @Test
    void of_the_request_line_gives_414() throws IOException {
      assertProblem(414, "uri_too_long", client.say(asking("/" + "x".repeat(1100))).hear());
      assertTrue(client.isEnded());
    }

    @Test
    void of_the_headers_gives_431() throws IOException {
      client.say("GET /hello HTTP/1.1\nHost: m\nX-Long: " + "x".repeat(2100) + "\n\n");
      assertProblem(431, "headers_too_large", client.hear());
      assertTrue(client.isEnded());
    }

    @Test
    void of_time_for_the_head_gives_408() throws IOException {
      reconnect(Patience.HEAD);
      assertProblem(408, "request_timeout", client.say("GET /hello HTTP/1.1\nHost").hear());
      assertTrue(client.isEnded());
    }

    @Test
    void of_time_for_the_head_is_not_prolonged_by_a_trickle() throws Exception {
      reconnect(Patience.HEAD);
      var trickle =
          Thread.startVirtualThread(
              () -> {
                try {
                  for (int i = 0; i < 1000; i++) {
                    client.say("X");
                    TimeUnit.MILLISECONDS.sleep(20);
                  }
                } catch (IOException | InterruptedException closed) {
                  Thread.currentThread().interrupt();
                }
              });
      assertProblem(408, "request_timeout", client.hear());
      trickle.interrupt();
      trickle.join();
    }

    @Test
    void of_time_for_the_body_gives_408() throws IOException {
      reconnect(Patience.BODY);
      client.say("POST /echo HTTP/1.1\nHost: m\nContent-Length: 10\n\nabc");
      assertProblem(408, "request_timeout", client.hear());
      assertTrue(client.isEnded());
    }

    @Test
    void of_idleness_closes_without_a_word() throws IOException {
      reconnect(Patience.IDLE);
      client.say(asking("/hello")).hear();
      assertTrue(client.isEnded());
    }

    @Test
    void of_time_for_the_answer_gives_503_and_the_connection_stays() throws Exception {
      reconnect(Patience.ANSWER);
      assertProblem(503, "timeout", client.say(asking("/slow")).hear());
      slow.complete(stream(Source.repeat(ByteString.fromString("late"))));
      assertEquals("hello", client.say(asking("/hello")).hear().body());
      streamEnded.get(5, TimeUnit.SECONDS);
    }
  }

  @Nested
  class An_expectation {
    @Test
    void of_100_continue_is_met_before_the_body() throws IOException {
      client.say(
          "POST /echo HTTP/1.1\nHost: m\nContent-Type: text/plain\nContent-Length: 3\n"
              + "Expect: 100-continue\n\n");
      assertEquals(100, client.hear(false).status());
      assertEquals("abc", client.say("abc").hear().body());
    }

    @Test
    void of_100_continue_is_refused_when_the_body_would_be_too_large() throws IOException {
      client.say("POST /echo HTTP/1.1\nHost: m\nContent-Length: 5000\nExpect: 100-continue\n\n");
      assertProblem(413, "payload_too_large", client.hear());
    }

    @Test
    void of_anything_else_gets_417() throws IOException {
      client.say("POST /echo HTTP/1.1\nHost: m\nContent-Length: 3\nExpect: miracles\n\n");
      assertProblem(417, "expectation_failed", client.hear());
    }
  }

  @Nested
  class Pipelined_requests {
    @Test
    void are_answered_in_order() throws Exception {
      client.say(asking("/slow") + asking("/hello") + asking("/json") + asking("/three"));
      assertTrue(slowAsked.await(5, TimeUnit.SECONDS));
      slow.complete(HttpResponse.create().withEntity("slow"));
      assertEquals("slow", client.hear().body());
      assertEquals("hello", client.hear().body());
      assertEquals("made", client.hear().body());
      assertEquals("abc", client.hear().body());
    }

    @Test
    void in_great_number_are_all_answered() throws Exception {
      client.say(asking("/hello").repeat(500));
      for (int i = 0; i < 500; i++) {
        assertEquals("hello", client.hear().body());
      }
    }

    @Test
    void with_bodies_keep_them_apart() throws Exception {
      var form = "POST /echo HTTP/1.1\nHost: m\nContent-Type: text/plain\nContent-Length: 4\n\n";
      client.say(form + "abcd" + form + "efgh" + asking("/hello"));
      assertEquals("abcd", client.hear().body());
      assertEquals("efgh", client.hear().body());
      assertEquals("hello", client.hear().body());
    }
  }

  @Nested
  class A_streamed_answer {
    @Test
    void comes_in_chunks() throws IOException {
      client.say(asking("/three"));
      var answer = client.hear();
      assertEquals("chunked", answer.headers().get("transfer-encoding"));
      assertNull(answer.headers().get("content-length"));
      assertEquals("abc", answer.body());
      assertEquals("hello", client.say(asking("/hello")).hear().body());
    }

    @Test
    void of_known_length_says_so() throws IOException {
      var answer = client.say(asking("/sized")).hear();
      assertEquals("3", answer.headers().get("content-length"));
      assertEquals("xyz", answer.body());
    }

    @Test
    void to_http_1_0_ends_with_the_connection() throws IOException {
      client.say("GET /three HTTP/1.0\n\n");
      assertNull(client.hear(false).headers().get("transfer-encoding"));
      assertEquals("abc", new String(client.exactly(3)));
      assertTrue(client.isEnded());
    }

    @Test
    void begins_before_it_ends() throws IOException {
      client.say(asking("/endless")).hear(false);
      assertEquals("tick", client.chunk());
      assertEquals("tick", client.chunk());
      assertFalse(streamEnded.isDone());
    }

    @Test
    void is_cancelled_when_the_client_goes_away() throws Exception {
      client.say(asking("/endless")).hear(false);
      client.chunk();
      client.close();
      streamEnded.get(5, TimeUnit.SECONDS);
    }

    @Test
    void is_made_only_as_fast_as_the_client_reads_and_dropped_when_it_does_not() throws Exception {
      reconnect(Patience.STALL);
      client.say(asking("/flood")).hear(false);
      streamEnded.get(10, TimeUnit.SECONDS);
      // What was made is what fits the buffers of two kernels and ours, and not a flood.
      assertTrue(produced.get() < 20_000, "kilobytes: " + produced);
    }

    @Test
    void that_fails_breaks_the_connection_instead_of_ending_well() throws IOException {
      client.say(asking("/broken")).hear(false);
      assertEquals("half", client.chunk());
      assertTrue(client.isEnded());
    }
  }

  @Nested
  class An_answer {
    @Test
    void cannot_be_split_by_a_header() throws IOException {
      assertProblem(500, "internal", client.say(asking("/split")).hear());
    }

    @Test
    void without_content_has_neither_body_nor_length() throws IOException {
      var answer = client.say(asking("/empty")).hear();
      assertEquals(204, answer.status());
      assertNull(answer.headers().get("content-length"));
      assertEquals("hello", client.say(asking("/hello")).hear().body());
    }
  }

  @Nested
  class The_clients_address {
    private String from(String path, String forwardedFor) throws IOException {
      var request =
          "GET %s HTTP/1.1\nHost: muster:3002\nX-Forwarded-For: %s\nX-Real-IP: 6.6.6.6\n\n";
      return client.say(request.formatted(path, forwardedFor)).hear().body();
    }

    @Test
    void is_the_peers_when_no_proxy_is_trusted() throws IOException {
      assertEquals("127.0.0.1", from("/who", "9.9.9.9"));
    }

    @Test
    void loses_the_privileges_of_loopback_with_any_forwarding_header() throws IOException {
      assertEquals("http://muster:3002/where false Optional.empty", from("/where", "127.0.0.1"));
      assertEquals(
          "http://muster/where true Optional.empty", client.say(asking("/where")).hear().body());
    }

    @Test
    void is_the_last_hop_before_the_trusted_proxies() throws IOException {
      try (var trusting = door(LIMITS, TrustedProxies.of(List.of("127.0.0.0/8", "10.0.0.0/8")));
          var proxy = new Wire(trusting.port())) {
        client.close();
        client = proxy;
        assertEquals("2.2.2.2", from("/who", "1.1.1.1, 2.2.2.2, 10.1.2.3"));
        assertEquals("2.2.2.2", from("/who", "2.2.2.2:4711"));
        assertEquals("2001:db8:0:0:0:0:0:1", from("/who", "[2001:db8::1]:80"));
        assertEquals("10.1.2.3", from("/who", "1.1.1.1, garbage, 10.1.2.3"));
      }
    }

    @Test
    void trusts_no_block_that_is_none() {
      for (String bad : List.of("10.0.0.0/33", "example.org", "", "1.2.3.4/", "::1/129")) {
        var refused =
            Stream.of(bad)
                .map(
                    block -> {
                      try {
                        return TrustedProxies.of(List.of(block)).toString();
                      } catch (IllegalArgumentException e) {
                        return "refused";
                      }
                    })
                .findFirst();
        assertEquals("refused", refused.get(), bad);
      }
    }
  }
}
