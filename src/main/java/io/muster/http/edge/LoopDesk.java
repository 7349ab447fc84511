package io.muster.http.edge;

import io.muster.http.socketio.JsonText;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;

/**
 * What the connections of one event loop share: its deadlines, its unflushed sockets and its
 * scratch space. Used on that loop only.
 */
final class LoopDesk implements Runnable {
  private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final EventLoop loop;
  private final Wheel wheel;
  private final JsonText text = new JsonText();
  private final MessageDigest sha1;
  private byte[] inbox = new byte[8 * 1024];
  private ArrayList<Flushable> unflushed = new ArrayList<>();
  private ArrayList<Flushable> flushing = new ArrayList<>();

  /** A connection with something written and not flushed. */
  interface Flushable {
    void flush();
  }

  LoopDesk(EventLoop loop, Duration tick) {
    this.loop = loop;
    this.wheel = new Wheel(loop, tick);
    try {
      this.sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("a Java platform without SHA-1", impossible);
    }
  }

  EventLoop loop() {
    return loop;
  }

  Wheel wheel() {
    return wheel;
  }

  /** An emptied scratch text; the next call takes it back. */
  JsonText text() {
    return text.reset();
  }

  /** Scratch space for one inbound message; the next call takes it back. */
  byte[] inbox(int bytes) {
    if (bytes <= inbox.length) {
      return inbox;
    }
    // What is unusually large is not kept.
    return bytes <= 64 * 1024 ? inbox = new byte[64 * 1024] : new byte[bytes];
  }

  /** Flushes it at the end of this turn of the loop, together with all others. */
  void flushLater(Flushable connection) {
    if (unflushed.isEmpty()) {
      loop.execute(this);
    }
    unflushed.add(connection);
  }

  @Override
  public void run() {
    // A flush may end a connection, whose end may write to others.
    ArrayList<Flushable> now = unflushed;
    unflushed = flushing;
    flushing = now;
    for (int i = 0; i < now.size(); i++) {
      now.get(i).flush();
    }
    now.clear();
  }

  /** The answer to a {@code Sec-WebSocket-Key}. */
  String acceptOf(String key) {
    byte[] digest = sha1.digest((key + WEBSOCKET_GUID).getBytes(StandardCharsets.ISO_8859_1));
    return Base64.getEncoder().encodeToString(digest);
  }
}
