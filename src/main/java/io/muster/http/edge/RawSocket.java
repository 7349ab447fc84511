package io.muster.http.edge;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A WebSocket without a protocol of ours on top: messages in, messages out, and close codes of the
 * application. Every method may be called from any thread, except {@link #owed()}.
 */
public final class RawSocket implements WebSocket.Owner {
  public static final int SLOW = 4503;

  private final RawLimits limits;
  private final Handshake handshake;
  private final Channel channel;
  private final Runnable noStranger;
  private final String id = Secrets.newId();
  private final WebSocket socket;

  private RawApplication.Handler handler;
  private ScheduledFuture<?> timer;
  private boolean isStranger = true;
  private boolean heard;
  private boolean hasEnded;

  RawSocket(
      RawLimits limits, Handshake handshake, Channel channel, LoopDesk desk, Runnable noStranger) {
    this.limits = limits;
    this.handshake = handshake;
    this.channel = channel;
    this.noStranger = noStranger;
    this.socket = new WebSocket(desk, limits.fragments(), this);
  }

  WebSocket socket() {
    return socket;
  }

  /** The upgrade is done; what follows it has not been read. */
  void begin(RawApplication application, Optional<String> token) {
    after(limits.stranger(), socket::abort);
    handler = application.opened(this, token);
  }

  /** A public id: unique, of no use to anyone who wants to impersonate the client. */
  public String id() {
    return id;
  }

  public Handshake handshake() {
    return handshake;
  }

  public EventLoop loop() {
    return channel.eventLoop();
  }

  /** The application knows the client: it may say more, and stay. */
  public void known() {
    onLoop(
        () -> {
          if (isStranger && !hasEnded) {
            noLongerStranger();
            after(limits.ping(), this::ping);
          }
        });
  }

  private void noLongerStranger() {
    if (isStranger) {
      isStranger = false;
      noStranger.run();
    }
  }

  public void text(byte[] utf8) {
    onLoop(
        () -> {
          if (mayBeOwed(utf8.length)) {
            socket.text(utf8);
          }
        });
  }

  public void binary(byte[] message) {
    onLoop(
        () -> {
          if (mayBeOwed(message.length)) {
            socket.binary(message);
          }
        });
  }

  private boolean mayBeOwed(int more) {
    if (hasEnded) {
      return false;
    }
    if (owed() > 0 && owed() + more > limits.outboundBytes()) {
      socket.close(SLOW, "{\"code\":\"SLOW_CONSUMER\"}");
      return false;
    }
    return true;
  }

  /** Bytes written that the client's transport has not taken yet. On the socket's loop only. */
  public long owed() {
    return Backlog.of(channel);
  }

  /**
   * @param reason at most 123 bytes; more is cut
   */
  public void close(int code, String reason) {
    onLoop(() -> socket.close(code, reason));
  }

  private void onLoop(Runnable deed) {
    if (loop().inEventLoop()) {
      deed.run();
    } else {
      loop().execute(deed);
    }
  }

  // ── what the client says ──

  @Override
  public void text(byte[] utf8, int from, int to) {
    heard = true;
    if (!hasEnded) {
      handler.text(new String(utf8, from, to - from, StandardCharsets.UTF_8));
    }
  }

  @Override
  public void binary(byte[] bytes, int from, int to) {
    heard = true;
    if (!hasEnded) {
      handler.binary(Arrays.copyOfRange(bytes, from, to));
    }
  }

  @Override
  public void control() {
    heard = true;
  }

  @Override
  public int messageBytesMax() {
    return isStranger ? limits.strangerBytes() : limits.messageBytes();
  }

  @Override
  public void violated(int closeCode) {
    socket.close(closeCode, "");
  }

  @Override
  public void lost() {
    if (hasEnded) {
      return;
    }
    hasEnded = true;
    timer.cancel(false);
    noLongerStranger();
    handler.ended();
  }

  // ── life ──

  private void ping() {
    heard = false;
    socket.ping();
    after(limits.pong(), this::expectLife);
  }

  private void expectLife() {
    if (heard) {
      after(limits.ping(), this::ping);
    } else {
      socket.abort();
    }
  }

  private void after(Duration patience, Runnable then) {
    if (timer != null) {
      timer.cancel(false);
    }
    timer = loop().schedule(then, patience.toMillis(), TimeUnit.MILLISECONDS);
  }
}
