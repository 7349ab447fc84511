package io.muster.torture;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.auth.Role;
import io.muster.torture.Fact.Asked;
import io.muster.torture.Fact.Read;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * A person or a system that commands and asks over HTTP, at any node, and asks again on trouble.
 */
final class Operator {
  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final long AGAIN_FOR = 60_000;
  private static final long AGAIN_AFTER = 300;

  private final Clients clients;
  private final String name;
  private final History history;
  private final String token;
  private long turn;

  Operator(Clients clients, String name, History history) {
    this.clients = clients;
    this.name = name;
    this.history = history;
    this.token = clients.userToken(Role.ADMIN);
  }

  /** One command under one key, until somebody has answered it or nobody will. */
  void command(String device) throws InterruptedException {
    var key = UUID.randomUUID().toString();
    long from = History.now();
    while (History.now() - from < AGAIN_FOR) {
      var answer = send(post(device, key));
      if (answer.isPresent() && answer.get().statusCode() < 500) {
        var accepted = answer.get().statusCode() < 300;
        var command = Clients.parse(answer.get().body()).path("id").asText();
        asked(device, from, accepted ? Optional.of(command) : Optional.empty(), true);
        return;
      }
      Thread.sleep(AGAIN_AFTER);
    }
    asked(device, from, Optional.empty(), false);
  }

  private void asked(String device, long from, Optional<String> command, boolean isCertain) {
    history.add(new Asked(name, ++turn, device, from, History.now(), command, isCertain));
  }

  private HttpRequest.Builder at(String path) {
    return HttpRequest.newBuilder(URI.create(clients.anyPlace().url() + path))
        .timeout(PATIENCE)
        .header("Authorization", "Bearer " + token);
  }

  private HttpRequest post(String device, String key) {
    return at("/api/v1/devices/" + device + "/commands")
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", key)
        .POST(BodyPublishers.ofString("{\"type\":\"identify\"}"))
        .build();
  }

  private Optional<HttpResponse<String>> send(HttpRequest request) throws InterruptedException {
    try {
      return Optional.of(clients.http().send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Empty when nobody answered well. */
  Optional<JsonNode> get(String path) throws InterruptedException {
    return send(at(path).GET().build())
        .filter(answer -> answer.statusCode() == 200)
        .map(answer -> Clients.parse(answer.body()));
  }

  /** As {@link #get}, until somebody has. */
  JsonNode surely(String path) throws InterruptedException {
    for (long from = History.now(); History.now() - from < AGAIN_FOR; Thread.sleep(AGAIN_AFTER)) {
      var answer = get(path);
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    throw new IllegalStateException("nobody answers " + path);
  }

  void read(String device) throws InterruptedException {
    long from = History.now();
    get("/api/v1/devices/" + device)
        .ifPresent(
            json ->
                history.add(
                    new Read(
                        device,
                        from,
                        History.now(),
                        json.path("status").asText(),
                        json.path("epoch").asLong(),
                        json.path("seq").asLong())));
  }
}
