package io.muster.http.room;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.muster.actors.room.RoomId;
import io.muster.http.Json;
import io.muster.http.auth.Secret;
import io.muster.http.room.CommandHook.Outcome;
import io.muster.http.room.RoomLaw.Access;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CommandHookTest {
  private static final Instant NOW = Instant.parse("2026-03-01T08:30:00Z");
  private static final byte[] KEY = "a key of 24 bytes or more".getBytes(StandardCharsets.UTF_8);

  private HttpServer application;
  private CommandHook hook;
  private volatile String asked = "";
  private volatile String signature = "";
  private volatile String signed = "";
  private volatile int status = 200;
  private volatile String answer = "{}";

  @BeforeEach
  void an_application() throws IOException {
    application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    application.createContext("/", this::answer);
    application.start();
    var url = URI.create("http://127.0.0.1:%d/".formatted(application.getAddress().getPort()));
    hook =
        new CommandHook(
            url,
            Secret.ofWebhook("whsec_" + Base64.getEncoder().encodeToString(KEY)),
            "urn:muster:north",
            Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @AfterEach
  void no_application() {
    application.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var headers = exchange.getRequestHeaders();
    signature = headers.getFirst("webhook-signature");
    signed =
        "%s.%s.%s"
            .formatted(
                headers.getFirst("webhook-id"), headers.getFirst("webhook-timestamp"), asked);
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Outcome asks() {
    return await(
        hook.ask(
            new RoomId("session", "s1"),
            new Access("anna", Optional.of("attendee"), true),
            "vote:submitted",
            Json.object().put("pollId", "p1")));
  }

  @Test
  void what_a_client_says_is_asked_as_a_signed_CloudEvent() throws Exception {
    asks();
    var event = new ObjectMapper().readTree(asked);
    assertEquals("1.0", event.path("specversion").asText());
    assertEquals("io.muster.room.command.v1", event.path("type").asText());
    assertEquals("session:s1", event.path("subject").asText());
    assertEquals("urn:muster:north", event.path("source").asText());
    assertEquals("anna", event.path("data").path("participantId").asText());
    assertEquals("attendee", event.path("data").path("role").asText());
    assertEquals("vote:submitted", event.path("data").path("event").asText());
    assertEquals("p1", event.path("data").path("payload").path("pollId").asText());
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
    byte[] expected = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
    assertEquals("v1," + Base64.getEncoder().encodeToString(expected), signature);
    assertTrue(signed.contains("." + NOW.getEpochSecond() + "."));
  }

  @Test
  void what_it_answers_is_the_answer() {
    answer = "{\"voteId\":\"v1\"}";
    assertEquals(new Outcome.Done(Json.object().put("voteId", "v1")), asks());
  }

  @Test
  void its_refusal_is_handed_on() {
    status = 409;
    answer = "{\"code\":\"DUPLICATE_VOTE\"}";
    assertEquals(new Outcome.Refused(Json.object().put("code", "DUPLICATE_VOTE")), asks());
  }

  @Test
  void one_that_fails_or_is_not_there_is_unavailable() {
    status = 500;
    answer = "oops";
    assertEquals(new Outcome.Not(RoomError.UNAVAILABLE), asks());
    application.stop(0);
    assertEquals(new Outcome.Not(RoomError.UNAVAILABLE), asks());
  }
}
