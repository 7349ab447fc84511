package io.muster.acceptance;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.support.TestCluster;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A load balancer that sends the requests of one client to different nodes. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MisroutedIT {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.of(2, Map.of());
    // Each has heard of the other when it leads a stray request there.
    eventually("the nodes know each other", () -> open(0) != null && isKnown());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static boolean isKnown() throws Exception {
    return poll(1, open(0)).statusCode() == 200 && poll(0, open(1)).statusCode() == 200;
  }

  private static URI at(int node, String sid) {
    return URI.create(
        "%s/socket.io/?EIO=4&transport=polling%s"
            .formatted(cluster.node(node).url(), sid.isEmpty() ? "" : "&sid=" + sid));
  }

  /** The id of a new session, which the other requests are for. */
  private static String open(int node) throws Exception {
    var answer = HTTP.send(HttpRequest.newBuilder(at(node, "")).build(), BodyHandlers.ofString());
    assertEquals(200, answer.statusCode());
    return answer.body().replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1");
  }

  /** Joins first: an empty poll would be held for long. */
  private static HttpResponse<String> poll(int node, String sid) throws Exception {
    post(node, sid, "40{}");
    return HTTP.send(
        HttpRequest.newBuilder(at(node, sid)).timeout(PATIENCE).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(int node, String sid, String packets) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(at(node, sid))
            .timeout(PATIENCE)
            .POST(BodyPublishers.ofString(packets))
            .build(),
        BodyHandlers.ofString());
  }

  private static String device(String id) {
    return "40{\"token\":\"%s\"}".formatted(cluster.node(0).deviceToken("acme", id));
  }

  @Test
  void a_device_that_polls_is_served_whatever_node_each_request_reaches() throws Exception {
    var sid = open(0);
    assertEquals("ok", post(1, sid, device("tv-1")).body());
    var heard = new StringBuilder();
    for (int i = 0; i < 20 && !heard.toString().contains("config"); i++) {
      var answer =
          HTTP.send(
              HttpRequest.newBuilder(at(i % 2, sid)).timeout(PATIENCE).build(),
              BodyHandlers.ofString());
      assertEquals(200, answer.statusCode(), answer::body);
      heard.append(answer.body());
    }
    assertTrue(heard.toString().contains("\"config\""), heard::toString);
    var tv = cluster.node(1).viewer("acme").get("/api/v1/devices/tv-1").json();
    assertEquals("online", tv.path("status").asText());
  }

  @Test
  void a_large_body_arrives_whole() throws Exception {
    var sid = open(1);
    poll(1, sid);
    var huge = "42[\"nothing\",\"" + "x".repeat(40_000) + "\"]";
    // Of a stranger, who may not send so much: it is the owner who says so.
    var here = post(1, sid, huge);
    var other = open(1);
    poll(1, other);
    var there = post(0, other, huge);
    assertEquals(here.statusCode(), there.statusCode());
    assertEquals(here.body(), there.body());
  }

  @Test
  void a_websocket_takes_over_from_polling_on_another_node() throws Exception {
    var sid = open(0);
    var heard = new LinkedBlockingQueue<String>();
    var url = at(1, sid).toString().replaceFirst("^http", "ws").replace("polling", "websocket");
    var socket =
        HTTP.newWebSocketBuilder()
            .buildAsync(
                URI.create(url),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(
                      WebSocket from, CharSequence text, boolean last) {
                    heard.add(text.toString());
                    from.request(1);
                    return null;
                  }
                })
            .join();
    socket.sendText("2probe", true).join();
    assertEquals("3probe", heard.poll(10, TimeUnit.SECONDS));
    socket.sendText("5", true).join();
    socket.sendText(device("tv-2"), true).join();
    var words = new StringBuilder();
    while (!words.toString().contains("config")) {
      words.append(heard.poll(10, TimeUnit.SECONDS));
    }
    socket.abort();
    eventually(
        "its end is noticed by the owner",
        () ->
            !cluster
                .node(0)
                .viewer("acme")
                .get("/api/v1/devices/tv-2")
                .json()
                .path("status")
                .asText()
                .equals("online"));
  }

  @Test
  void a_session_of_a_node_that_nobody_knows_is_unknown() throws Exception {
    var answer = post(0, "nowhere.0123456789", "40");
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("\"code\":1"), answer::body);
  }

  @Test
  void a_session_that_the_other_node_does_not_know_either_is_unknown() throws Exception {
    var sid = open(0);
    var answer = post(1, sid.substring(0, sid.indexOf('.')) + ".0123456789", "40");
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("\"code\":1"), answer::body);
  }
}
