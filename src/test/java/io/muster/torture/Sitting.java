package io.muster.torture;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.torture.Fact.BeganAnew;
import io.muster.torture.Fact.Heard;
import io.muster.torture.Fact.Kept;
import io.muster.torture.Fact.Published;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A room in which an application publishes through any node, and guests hear of it from any node:
 * each comes again where it was, by server-sent events.
 */
final class Sitting implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final long AGAIN_AFTER = 300;

  private final Clients clients;
  private final String key;
  private final History history;
  private final String room;
  private final AtomicLong number = new AtomicLong();
  private final List<Guest> guests = new ArrayList<>();
  private volatile boolean isOpen = true;

  /**
   * @param key of the service
   */
  Sitting(Clients clients, String key, String name, int guests, History history) {
    this.clients = clients;
    this.key = key;
    this.history = history;
    this.room = "session:" + name;
    for (int i = 0; i < guests; i++) {
      var guest = new Guest("%s of %s".formatted(i, name));
      this.guests.add(guest);
      Thread.ofVirtual().start(guest::listen);
    }
  }

  private HttpRequest.Builder at(String path) {
    return HttpRequest.newBuilder(
            URI.create(clients.anyPlace().url() + "/api/v1/rooms/" + room + path))
        .header("x-internal-api-key", key);
  }

  /** One event under one key, until somebody has answered. */
  void publish() throws InterruptedException {
    long mine = number.incrementAndGet();
    var once = UUID.randomUUID().toString();
    while (isOpen) {
      var request =
          at("/events")
              .timeout(PATIENCE)
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", once)
              .POST(
                  BodyPublishers.ofString(
                      "{\"eventType\":\"tick\",\"payload\":{\"n\":%d}}".formatted(mine)))
              .build();
      try {
        var answer = clients.http().send(request, BodyHandlers.ofString());
        if (answer.statusCode() == 201) {
          var id = Clients.parse(answer.body()).path("eventId").asText();
          history.add(new Published(room, mine, id));
          return;
        }
      } catch (IOException nobodyThere) {
        // It asks somebody else.
      }
      Thread.sleep(AGAIN_AFTER);
    }
  }

  /** Reads what is kept, when all is quiet, and waits for every guest to have heard of it. */
  void end(long patienceMillis) throws InterruptedException {
    var last = kept();
    long until = History.now() + patienceMillis;
    while (History.now() < until
        && guests.stream().anyMatch(guest -> !guest.last.get().equals(last))) {
      Thread.sleep(AGAIN_AFTER);
    }
  }

  private Optional<String> kept() throws InterruptedException {
    Optional<String> last = Optional.empty();
    while (true) {
      var page = page(last);
      for (JsonNode event : page.path("events")) {
        last = Optional.of(event.path("eventId").asText());
        history.add(new Kept(room, event.path("payload").path("n").asLong(), last.get()));
      }
      if (page.path("events").isEmpty()) {
        return last;
      }
    }
  }

  private JsonNode page(Optional<String> after) throws InterruptedException {
    while (true) {
      var from = after.map(id -> "&after=" + id).orElse("");
      try {
        var answer =
            clients
                .http()
                .send(
                    at("/events?limit=1000" + from).timeout(PATIENCE).build(),
                    BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
          return Clients.parse(answer.body());
        }
      } catch (IOException nobodyThere) {
        // It asks somebody else.
      }
      Thread.sleep(AGAIN_AFTER);
    }
  }

  @Override
  public void close() {
    isOpen = false;
    guests.forEach(Guest::leave);
  }

  private final class Guest {
    private final String name;
    private final AtomicReference<Optional<String>> last = new AtomicReference<>(Optional.empty());
    private volatile Optional<BufferedReader> stream = Optional.empty();

    Guest(String name) {
      this.name = name;
    }

    void leave() {
      stream.ifPresent(
          open -> {
            try {
              open.close();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    void listen() {
      while (isOpen) {
        var request = at("/events").header("Accept", "text/event-stream");
        last.get().ifPresent(id -> request.header("Last-Event-ID", id));
        try {
          var answer = clients.http().send(request.build(), BodyHandlers.ofInputStream());
          if (answer.statusCode() == 200) {
            var reader =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            stream = Optional.of(reader);
            reader.lines().takeWhile(_ -> isOpen).forEach(this::hear);
          }
          Thread.sleep(AGAIN_AFTER);
        } catch (IOException | UncheckedIOException lost) {
          pause();
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private void pause() {
      try {
        Thread.sleep(AGAIN_AFTER);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void hear(String line) {
      if (line.startsWith("event:event:replay:reset")) {
        history.add(new BeganAnew(name, room));
      } else if (line.startsWith("data:") && line.contains("\"payload\"")) {
        var event = Clients.parse(line.substring("data:".length()));
        if (event.path("eventType").asText().equals("tick")) {
          var id = event.path("eventId").asText();
          history.add(new Heard(name, room, event.path("payload").path("n").asLong(), id));
          last.set(Optional.of(id));
        }
      }
    }
  }
}
