package io.muster.http.edge;

import io.muster.http.socketio.EnginePacket;
import io.muster.http.socketio.JsonText;
import java.util.ArrayDeque;
import java.util.Base64;

/**
 * The polling side of a session: at most one GET and one POST in flight, and what waits for the
 * next GET. Gone once the session has moved to a WebSocket.
 */
final class Polling implements LoopDesk.Flushable {
  /** What a queued packet costs beside its bytes. */
  private static final int PACKET_OVERHEAD_BYTES = 32;

  static final byte[] NOOP = {EnginePacket.NOOP.digit()};
  static final byte[] CLOSE = {EnginePacket.CLOSE.digit()};

  private final LoopDesk desk;
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>(4);
  private long waitingBytes;
  private boolean unflushed;
  private EngineExchange get;
  private EngineExchange post;
  private EngineExchange goodbye;

  // The WebSocket that wants to take over, until it has or has failed.
  private WebSocket probe;
  private boolean probed;
  private long upgradeAt = Due.NEVER;

  Polling(LoopDesk desk) {
    this.desk = desk;
  }

  // ── requests ──

  boolean hasGet() {
    return get != null;
  }

  /** Holds the GET until there is something to say; a probing WebSocket wants it back at once. */
  void hold(EngineExchange exchange) {
    get = exchange;
    if (probed) {
      release();
    } else if (!waiting.isEmpty()) {
      flush();
    }
  }

  boolean hasPost() {
    return post != null;
  }

  void posting(EngineExchange exchange) {
    post = exchange;
  }

  boolean posted(EngineExchange exchange) {
    if (post != exchange) {
      return false;
    }
    post = null;
    return true;
  }

  /** The client's goodbye is answered after the poll that may cross it. */
  void goodbye(EngineExchange exchange) {
    goodbye = exchange;
  }

  void answerGoodbye() {
    if (goodbye != null) {
      goodbye.ok();
    }
  }

  boolean concerns(EngineExchange exchange) {
    return exchange == get || exchange == post;
  }

  /** Answers a held GET with a packet that means nothing. */
  void release() {
    if (get != null) {
      EngineExchange held = get;
      get = null;
      held.packets(NOOP);
    }
  }

  // ── packets ──

  long waitingBytes() {
    return waitingBytes;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(byte[] packet) {
    waiting.add(packet);
    waitingBytes += packet.length + PACKET_OVERHEAD_BYTES;
    if (get != null && !unflushed) {
      unflushed = true;
      desk.flushLater(this);
    }
  }

  void addBinary(byte[] data) {
    add(base64(data));
  }

  static byte[] base64(byte[] data) {
    byte[] text = Base64.getEncoder().encode(data);
    byte[] packet = new byte[text.length + 1];
    packet[0] = EnginePacket.BASE64;
    System.arraycopy(text, 0, packet, 1, text.length);
    return packet;
  }

  byte[] poll() {
    return waiting.poll();
  }

  void forget() {
    waiting.clear();
    waitingBytes = 0;
  }

  /** Gives everything that waits to the held GET, if there are both. */
  @Override
  public void flush() {
    unflushed = false;
    if (get == null || waiting.isEmpty()) {
      return;
    }
    JsonText body = desk.text();
    for (byte[] packet = waiting.poll(); packet != null; packet = waiting.poll()) {
      if (body.length() > 0) {
        body.raw(EnginePacket.SEPARATOR);
      }
      body.raw(packet);
    }
    waitingBytes = 0;
    EngineExchange held = get;
    get = null;
    held.packets(body.copy());
  }

  // ── the upgrade ──

  /** Reserves the one place for a probing WebSocket. */
  boolean claim(long until) {
    if (upgradeAt != Due.NEVER) {
      return false;
    }
    upgradeAt = until;
    return true;
  }

  void probing(WebSocket socket) {
    probe = socket;
  }

  /** The probe was answered: from now on every GET is given back at once. */
  void probed() {
    // A GET that is pending is always read before the client moves, so it may carry what waits.
    flush();
    probed = true;
    release();
  }

  boolean isProbed() {
    return probed;
  }

  long upgradeAt() {
    return upgradeAt;
  }

  /** The WebSocket did not make it; the session lives on here. */
  void unclaim() {
    probe = null;
    probed = false;
    upgradeAt = Due.NEVER;
  }

  void abortProbe() {
    WebSocket failed = probe;
    unclaim();
    if (failed != null) {
      failed.abort();
    }
  }
}
