package io.muster.torture;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A client that stays connected as shipped ones do: to another node after each end, with a back-off
 * that varies, and away from a server that it has not heard for long.
 */
abstract class Line implements AutoCloseable {
  private static final long SILENCE_MAX = 15_000;
  private static final Duration BEAT = Duration.ofSeconds(5);
  private static final int BACK_OFF_MIN = 200;
  private static final int BACK_OFF_MAX = 2_000;

  private final Clients clients;
  private final String path;
  private final String token;
  private Talk talk;
  private boolean isOver;

  Line(Clients clients, String path, String token) {
    this.clients = clients;
    this.path = path;
    this.token = token;
  }

  final Clients clients() {
    return clients;
  }

  /** Everything below is called while the line is held. */
  abstract void heard(JsonNode message, Talk talk);

  abstract void ended(int code);

  abstract void beat(Talk talk);

  synchronized void connect() {
    if (isOver) {
      return;
    }
    var place = clients.anyPlace();
    var next = new Talk(place.node());
    talk = next;
    clients
        .http()
        .newWebSocketBuilder()
        .connectTimeout(Duration.ofSeconds(10))
        .header("Authorization", "Bearer " + token)
        .buildAsync(URI.create(place.url().replaceFirst("^http", "ws") + path), next)
        .whenComplete((socket, failure) -> next.opened(socket, failure));
  }

  /** Ends what there is without a word; comes back after a while. */
  synchronized void drop() {
    if (talk != null) {
      talk.end(-1);
    }
  }

  @Override
  public synchronized void close() {
    isOver = true;
    drop();
  }

  /** One connection. */
  final class Talk implements WebSocket.Listener {
    private final String node;
    private final StringBuilder part = new StringBuilder();
    private WebSocket socket;
    private boolean hasEnded;
    private long lastHeard = History.now();

    private Talk(String node) {
      this.node = node;
    }

    String node() {
      return node;
    }

    void say(String json) {
      if (socket != null && !hasEnded) {
        socket.sendText(json, true);
      }
    }

    private void opened(WebSocket opened, Throwable failure) {
      synchronized (Line.this) {
        if (failure != null) {
          end(-1);
          return;
        }
        socket = opened;
        if (hasEnded) {
          socket.abort();
        } else {
          watch();
        }
      }
    }

    private void watch() {
      synchronized (Line.this) {
        if (hasEnded) {
          return;
        }
        if (History.now() - lastHeard > SILENCE_MAX) {
          end(-1);
          return;
        }
        beat(this);
        clients.timer().schedule(this::watch, BEAT.toMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private void end(int code) {
      if (hasEnded) {
        return;
      }
      hasEnded = true;
      if (socket != null) {
        socket.abort();
      }
      if (talk == this) {
        ended(code);
        talk = null;
        var wait = ThreadLocalRandom.current().nextInt(BACK_OFF_MIN, BACK_OFF_MAX);
        clients.timer().schedule(Line.this::connect, wait, TimeUnit.MILLISECONDS);
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
      synchronized (Line.this) {
        lastHeard = History.now();
        part.append(text);
        if (last && !hasEnded) {
          socket = from; // the first words may be faster than the news that it is open
          heard(Clients.parse(part.toString()), this);
          part.setLength(0);
        }
      }
      from.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
      lastHeard = History.now();
      from.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      synchronized (Line.this) {
        end(code);
      }
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      synchronized (Line.this) {
        end(-1);
      }
    }
  }
}
