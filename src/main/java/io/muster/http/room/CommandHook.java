package io.muster.http.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.room.RoomId;
import io.muster.http.Json;
import io.muster.http.auth.Secret;
import io.muster.http.room.RoomLaw.Access;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * What clients ask of the application: it is asked at once, and what it answers is the client's
 * acknowledgement. A request is a CloudEvent (structured JSON, version 1.0) with the headers of
 * Standard Webhooks, by which the application knows that it is from here.
 */
public final class CommandHook {
  /** Less than a person waits. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final int AT_ONCE_MAX = 500;
  private static final int ANSWER_CHARS_MAX = 64 * 1024;
  private static final String TYPE = "io.muster.room.command.v1";

  private final URI url;
  private final Secret secret;
  private final String source;
  private final Clock clock;
  private final Semaphore open = new Semaphore(AT_ONCE_MAX);
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /**
   * @param secret shared with the application
   * @param source of the CloudEvents: this gateway
   */
  public CommandHook(URI url, Secret secret, String source, Clock clock) {
    this.url = url;
    this.secret = secret;
    this.source = source;
    this.clock = clock;
  }

  public sealed interface Outcome {
    /**
     * @param answer of the application, an object
     */
    record Done(ObjectNode answer) implements Outcome {}

    record Not(RoomError why) implements Outcome {}

    /**
     * @param error as the application says it
     */
    record Refused(ObjectNode error) implements Outcome {}
  }

  /** Never fails. */
  public CompletionStage<Outcome> ask(RoomId room, Access by, String event, JsonNode payload) {
    if (!open.tryAcquire()) {
      return CompletableFuture.completedFuture(new Outcome.Not(RoomError.RATE_LIMIT_EXCEEDED));
    }
    return http.sendAsync(request(room, by, event, payload), BodyHandlers.ofString())
        .handle(
            (response, failure) -> {
              open.release();
              return failure == null ? outcome(response) : new Outcome.Not(RoomError.UNAVAILABLE);
            });
  }

  private HttpRequest request(RoomId room, Access by, String event, JsonNode payload) {
    var id = "msg_" + UUID.randomUUID();
    var now = clock.instant();
    var data =
        Json.object()
            .put("event", event)
            .put("roomId", room.toString())
            .put("participantId", by.guest());
    by.role().ifPresent(role -> data.put("role", role));
    data.set("payload", payload);
    var body =
        Json.text(
            Json.object()
                .put("specversion", "1.0")
                .put("id", id)
                .put("source", source)
                .put("type", TYPE)
                .put("subject", room.toString())
                .put("time", Json.instant(now))
                .put("datacontenttype", "application/json")
                .<ObjectNode>set("data", data));
    var second = Long.toString(now.getEpochSecond());
    return HttpRequest.newBuilder(url)
        .timeout(PATIENCE)
        .header("Content-Type", "application/cloudevents+json")
        .header("webhook-id", id)
        .header("webhook-timestamp", second)
        .header("webhook-signature", signature(id, second, body))
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private String signature(String id, String second, String body) {
    byte[] mac = secret.derive(id + "." + second + "." + body);
    return "v1," + Base64.getEncoder().encodeToString(mac);
  }

  private static Outcome outcome(HttpResponse<String> response) {
    var json = object(response.body());
    if (response.statusCode() / 100 == 2) {
      return new Outcome.Done(json);
    }
    return json.path("code").isTextual()
        ? new Outcome.Refused(json)
        : new Outcome.Not(RoomError.UNAVAILABLE);
  }

  private static ObjectNode object(String text) {
    try {
      return text.length() <= ANSWER_CHARS_MAX && Json.parse(text) instanceof ObjectNode object
          ? object
          : Json.object();
    } catch (IllegalArgumentException e) {
      return Json.object();
    }
  }
}
