package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plain WebSocket that speaks JSON: a token, then events and acknowledgements both ways. All
 * state is confined to the channel's event loop; the methods of {@link Socket} hop there.
 */
final class PlainSocket extends ChannelInboundHandlerAdapter implements Socket {
  private static final Logger log = LoggerFactory.getLogger(PlainSocket.class);

  private enum State {
    OPENING,
    AWAITING_TOKEN,
    JOINING,
    JOINED,
    CLOSING,
    ENDED
  }

  private final SocketApplication application;
  private final PlainLimits limits;
  private final Handshake handshake;
  private final String id = newId();

  private State state = State.OPENING;
  private ChannelHandlerContext ctx;
  private Optional<String> token;
  private Runnable noStranger;
  private Optional<JsonNode> authId = Optional.empty();
  private SocketHandler handler;
  private ScheduledFuture<?> timer;

  /**
   * What came in the buffer of the upgrade, or while the application was making up its mind.
   * Bounded by one read buffer, for reading is paused meanwhile.
   */
  private final ArrayDeque<PlainMessage> early = new ArrayDeque<>(0);

  private PlainRequests requests;
  private PlainFragments fragments;
  private long due;
  private boolean heard;
  private boolean reading;
  private boolean flushDue;

  PlainSocket(
      SocketApplication application,
      PlainLimits limits,
      Handshake handshake,
      Optional<String> token,
      Runnable noStranger) {
    this.application = application;
    this.limits = limits;
    this.handshake = handshake;
    this.token = token;
    this.noStranger = noStranger;
  }

  private static String newId() {
    byte[] bytes = new byte[12];
    ThreadLocalRandom.current().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    due = limits.messages().untouched(System.nanoTime());
  }

  /** The upgrade is done. */
  void begin() {
    if (state != State.OPENING) {
      return;
    }
    if (token.isPresent()) {
      join(auth(token.get()));
      token = Optional.empty();
      return;
    }
    state = State.AWAITING_TOKEN;
    after(limits.auth(), () -> close(PlainClose.AUTH_TIMEOUT, "expected event auth"));
    if (!early.isEmpty()) {
      said(early.poll());
    }
  }

  // What the client says.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    reading = true;
    try {
      if (message instanceof WebSocketFrame frame && state != State.ENDED) {
        heard = true;
        heard(frame);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void heard(WebSocketFrame frame) {
    if (state == State.CLOSING) {
      if (frame instanceof CloseWebSocketFrame) {
        ctx.close();
      }
      return;
    }
    if (!mayBeHeard()) {
      close(PlainClose.RATE, "slow down");
      return;
    }
    switch (frame) {
      case TextWebSocketFrame text when text.isFinalFragment() -> said(text.content());
      case TextWebSocketFrame text -> fragment(text);
      case ContinuationWebSocketFrame more -> fragment(more);
      case BinaryWebSocketFrame _ -> close(PlainClose.NOT_TEXT, "binary");
      case PingWebSocketFrame ping -> {
        write(PlainFrames.pong(ByteBufUtil.getBytes(ping.content())));
        alive();
      }
      case PongWebSocketFrame _ -> alive();
      case CloseWebSocketFrame _ -> {
        write(PlainFrames.close(PlainClose.DONE.code, PlainClose.DONE.reason));
        state = State.CLOSING;
        flush();
        ctx.close();
      }
      default -> close(PlainClose.PROTOCOL, "frame");
    }
  }

  private boolean mayBeHeard() {
    long now = System.nanoTime();
    if (!limits.messages().allows(due, now)) {
      return false;
    }
    due = limits.messages().spend(due, now);
    return true;
  }

  private void fragment(WebSocketFrame frame) {
    if (fragments == null) {
      fragments = new PlainFragments(limits.messageBytes());
    }
    if (!fragments.add(ctx.alloc(), frame.content())) {
      close(PlainClose.TOO_BIG, "at most %d bytes".formatted(limits.messageBytes()));
    } else if (frame.isFinalFragment()) {
      ByteBuf whole = fragments.take();
      try {
        said(whole);
      } finally {
        whole.release();
      }
    }
  }

  private void said(ByteBuf text) {
    if (!ByteBufUtil.isText(text, UTF_8)) {
      close(PlainClose.NOT_UTF8, "text");
      return;
    }
    try {
      said(PlainMessage.read(text.toString(UTF_8)));
    } catch (PlainMessage.Malformed e) {
      close(PlainClose.BAD_MESSAGE, e.getMessage());
    }
  }

  private void said(PlainMessage message) {
    switch (state) {
      case AWAITING_TOKEN -> {
        if (message instanceof PlainMessage.Event event && event.name().equals("auth")) {
          authId = event.id();
          join(event.data().orElse(null) instanceof ObjectNode auth ? tokenOnly(auth) : auth());
        } else {
          close(PlainClose.AUTH, "expected event auth first");
        }
      }
      case OPENING, JOINING -> early.add(message);
      case JOINED -> handle(message);
      case CLOSING, ENDED -> {}
    }
  }

  private void handle(PlainMessage message) {
    switch (message) {
      case PlainMessage.Event event ->
          handler.event(
              event.name(),
              event.data().map(List::of).orElse(List.of()),
              event.id().map(this::acknowledge));
      case PlainMessage.Ack ack -> {
        handler.alive();
        if (requests != null) {
          requests.answered(ack.id(), ack.data());
        }
      }
    }
  }

  private SocketHandler.Acknowledge acknowledge(JsonNode wanted) {
    var first = new AtomicBoolean(true);
    return arguments -> {
      if (first.getAndSet(false)) {
        byte[] ack = PlainMessage.ack(wanted, arguments);
        onLoop(() -> write(PlainFrames.text(ack)));
      }
    };
  }

  private void alive() {
    if (state == State.JOINED) {
      handler.alive();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (flushDue) {
      flush();
    }
  }

  // Joining.

  private static ObjectNode auth() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ObjectNode auth(String token) {
    return auth().put("token", token);
  }

  private static ObjectNode tokenOnly(ObjectNode said) {
    JsonNode token = said.path("token");
    return token.isTextual() ? auth(token.textValue()) : auth();
  }

  private void join(ObjectNode auth) {
    state = State.JOINING;
    ctx.channel().config().setAutoRead(false);
    after(limits.join(), () -> close(PlainClose.LATER, "no answer in time"));
    application.joining(new PlainJoining(this, auth));
  }

  void letIn(SocketHandler accepted) {
    if (state != State.JOINING) {
      // It went away while it was being let in.
      onLoop(accepted::ended);
      return;
    }
    handler = accepted;
    leaveVestibule();
    ctx.pipeline().remove(StrangerBytes.class);
    write(PlainFrames.text(PlainMessage.event(Frame.event("connected", auth().put("id", id)), 0)));
    authId.ifPresent(wanted -> write(PlainFrames.text(PlainMessage.ack(wanted))));
    // Only when the application holds the socket may it be told what came meanwhile.
    ctx.executor().execute(this::joined);
  }

  private void joined() {
    if (state != State.JOINING) {
      return;
    }
    state = State.JOINED;
    pingAfter(limits.ping());
    try {
      while (state == State.JOINED && !early.isEmpty()) {
        handle(early.poll());
      }
    } catch (RuntimeException fault) {
      exceptionCaught(ctx, fault);
    }
    ctx.channel().config().setAutoRead(true);
  }

  void strangerSaidTooMuch() {
    close(PlainClose.TOO_BIG, "at most %d bytes before joining".formatted(limits.strangerBytes()));
  }

  private void leaveVestibule() {
    if (noStranger != null) {
      noStranger.run();
      noStranger = null;
    }
  }

  void sendAway(String message, ObjectNode data) {
    if (state == State.JOINING) {
      var error = auth().put("message", message);
      error.set("data", data);
      write(PlainFrames.text(PlainMessage.event(Frame.event("error", error), 0)));
      boolean forbidden = "FORBIDDEN".equals(data.path("code").textValue());
      close(forbidden ? PlainClose.FORBIDDEN : PlainClose.AUTH, message);
    }
  }

  // What the application says.

  @Override
  public String id() {
    return id;
  }

  @Override
  public Handshake handshake() {
    return handshake;
  }

  @Override
  public EventLoop loop() {
    return ctx.channel().eventLoop();
  }

  @Override
  public void send(Frame frame) {
    onLoop(() -> write(frame.plain()));
  }

  @Override
  public void request(Frame frame, Duration patience, Consumer<Reply> answered) {
    onLoop(() -> ask(frame, patience, answered));
  }

  private void ask(Frame frame, Duration patience, Consumer<Reply> answered) {
    if (requests == null) {
      requests = new PlainRequests(ctx.executor(), limits.requests());
    }
    if (state == State.CLOSING || state == State.ENDED) {
      requests.allLost();
    }
    long number = requests.expect(patience, answered);
    if (number != PlainRequests.NONE) {
      write(PlainFrames.text(PlainMessage.event(frame, number)));
    }
  }

  @Override
  public long owed() {
    return Backlog.of(ctx.channel());
  }

  @Override
  public void end(Ending ending) {
    onLoop(() -> finish(ending));
  }

  /** At the door a plain client can be told when to come back, where Socket.IO's cannot. */
  void turnAway(Ending ending) {
    if (ending == Ending.ABORTED) {
      close(PlainClose.LATER, "");
    } else {
      finish(ending);
    }
  }

  private void finish(Ending ending) {
    switch (ending) {
      case ABORTED, TOO_SLOW -> drop();
      case VIOLATION -> close(PlainClose.RATE, "");
      case RESTARTING -> close(PlainClose.RESTART, "");
      case SUPERSEDED -> close(PlainClose.SUPERSEDED, "");
      case REVOKED -> close(PlainClose.AUTH, "");
    }
  }

  // The wire.

  private void write(ByteBuf frame) {
    if (state == State.CLOSING || state == State.ENDED || !ctx.channel().isActive()) {
      frame.release();
      return;
    }
    long owed = Backlog.of(ctx.channel());
    if (owed > 0 && owed + frame.readableBytes() > limits.outboundBytes()) {
      frame.release();
      drop();
      return;
    }
    ctx.write(frame, ctx.voidPromise());
    if (!flushDue) {
      flushDue = true;
      // Everything that is written in this turn of the loop leaves by one system call.
      if (!reading) {
        ctx.executor().execute(this::flushIfDue);
      }
    }
  }

  private void flushIfDue() {
    if (flushDue) {
      flush();
    }
  }

  private void flush() {
    flushDue = false;
    ctx.flush();
  }

  private void pingAfter(Duration rest) {
    after(rest, this::ping);
  }

  private void ping() {
    heard = false;
    write(PlainFrames.ping());
    after(limits.pong(), this::expectLife);
  }

  private void expectLife() {
    if (heard) {
      var rest = limits.ping().minus(limits.pong());
      pingAfter(rest.isNegative() ? Duration.ZERO : rest);
    } else {
      drop();
    }
  }

  private void close(PlainClose why, String detail) {
    if (state == State.CLOSING || state == State.ENDED) {
      return;
    }
    String reason = detail.isEmpty() ? why.reason : why.reason + ": " + detail;
    write(PlainFrames.close(why.code, reason));
    if (state == State.ENDED) {
      return;
    }
    state = State.CLOSING;
    // Goes on reading for the client's own Close: a reset would overtake ours.
    ctx.channel().config().setAutoRead(true);
    after(limits.goodbye(), this::drop);
    flush();
    tellThatItIsOver();
  }

  private void drop() {
    if (state != State.ENDED) {
      state = State.ENDED;
      ctx.close();
      tellThatItIsOver();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state = State.ENDED;
    tellThatItIsOver();
  }

  /** From any thread. */
  boolean hasGone() {
    return !ctx.channel().isActive();
  }

  private void tellThatItIsOver() {
    if (state == State.ENDED && timer != null) {
      timer.cancel(false);
      timer = null;
    }
    if (fragments != null) {
      fragments.release();
    }
    early.clear();
    leaveVestibule();
    if (requests != null) {
      requests.allLost();
    }
    if (handler != null) {
      SocketHandler told = handler;
      handler = null;
      // Not from within a call of the handler's own.
      ctx.executor().execute(told::ended);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    switch (root) {
      case CorruptedWebSocketFrameException corrupt ->
          close(
              corrupt.closeStatus().code() == PlainClose.TOO_BIG.code
                  ? PlainClose.TOO_BIG
                  : PlainClose.PROTOCOL,
              "");
      case IOException _ -> drop();
      default -> {
        log.error("The socket {} is closed after a fault", id, cause);
        close(PlainClose.FAULT, "");
      }
    }
  }

  private void after(Duration patience, Runnable then) {
    if (timer != null) {
      timer.cancel(false);
    }
    timer = ctx.executor().schedule(then, patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  void onLoop(Runnable task) {
    if (ctx.executor().inEventLoop()) {
      task.run();
    } else {
      ctx.executor().execute(task);
    }
  }
}
