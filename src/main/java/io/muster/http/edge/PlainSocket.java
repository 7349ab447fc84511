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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private Optional<JsonNode> authId = Optional.empty();
  private SocketHandler handler;
  private ScheduledFuture<?> timer;

  /**
   * What came in the buffer of the upgrade, or while the application was making up its mind.
   * Bounded by one read buffer, for reading is paused meanwhile.
   */
  private final ArrayDeque<PlainMessage> early = new ArrayDeque<>(0);

  private Map<Long, Awaited> awaited;
  private long lastRequest;
  private ByteBuf fragments;
  private long due;
  private boolean heard;
  private boolean reading;
  private boolean flushDue;

  private record Awaited(Consumer<Reply> answered, ScheduledFuture<?> timeout) {}

  PlainSocket(
      SocketApplication application,
      PlainLimits limits,
      Handshake handshake,
      Optional<String> token) {
    this.application = application;
    this.limits = limits;
    this.handshake = handshake;
    this.token = token;
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
      fragments = ctx.alloc().buffer();
    }
    if (fragments.readableBytes() + frame.content().readableBytes() > limits.messageBytes()) {
      close(PlainClose.TOO_BIG, "at most %d bytes".formatted(limits.messageBytes()));
      return;
    }
    fragments.writeBytes(frame.content());
    if (frame.isFinalFragment()) {
      ByteBuf whole = fragments;
      fragments = null;
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
        Awaited request =
            awaited != null && ack.id().canConvertToLong()
                ? awaited.remove(ack.id().longValue())
                : null;
        if (request != null) {
          request.timeout().cancel(false);
          request.answered().accept(new Reply.Answered(ack.data().map(List::of).orElse(List.of())));
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
    application.joining(new AtTheDoor(auth));
  }

  private final class AtTheDoor implements SocketApplication.Joining {
    private final ObjectNode auth;
    private final AtomicBoolean unanswered = new AtomicBoolean(true);

    AtTheDoor(ObjectNode auth) {
      this.auth = auth;
    }

    @Override
    public String namespace() {
      return "/";
    }

    @Override
    public ObjectNode auth() {
      return auth;
    }

    @Override
    public Handshake handshake() {
      return handshake;
    }

    @Override
    public EventLoop loop() {
      return PlainSocket.this.loop();
    }

    @Override
    public Socket accept(SocketHandler accepted) {
      if (unanswered.getAndSet(false)) {
        onLoop(() -> letIn(accepted));
      }
      return PlainSocket.this;
    }

    @Override
    public void refuse(String message, ObjectNode data) {
      if (unanswered.getAndSet(false)) {
        onLoop(() -> sendAway(message, data));
      }
    }

    @Override
    public void turnAway(Ending ending) {
      if (unanswered.getAndSet(false)) {
        onLoop(() -> turnedAway(ending));
      }
    }
  }

  private void letIn(SocketHandler accepted) {
    if (state != State.JOINING) {
      // It went away while it was being let in.
      onLoop(accepted::ended);
      return;
    }
    handler = accepted;
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
    pingLater();
    while (state == State.JOINED && !early.isEmpty()) {
      handle(early.poll());
    }
    ctx.channel().config().setAutoRead(true);
  }

  private void sendAway(String message, ObjectNode data) {
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
    if (state == State.CLOSING || state == State.ENDED) {
      ctx.executor().execute(() -> answered.accept(Reply.LOST));
      return;
    }
    if (awaited == null) {
      awaited = new HashMap<>(4);
    }
    if (awaited.size() >= limits.requests()) {
      ctx.executor().execute(() -> answered.accept(Reply.LOST));
      return;
    }
    long number = ++lastRequest;
    var timeout =
        ctx.executor().schedule(() -> lost(number), patience.toNanos(), TimeUnit.NANOSECONDS);
    awaited.put(number, new Awaited(answered, timeout));
    write(PlainFrames.text(PlainMessage.event(frame, number)));
  }

  private void lost(long number) {
    Awaited request = awaited == null ? null : awaited.remove(number);
    if (request != null) {
      request.answered().accept(Reply.LOST);
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
  private void turnedAway(Ending ending) {
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

  private void pingLater() {
    after(limits.ping().minus(limits.pong()), this::ping);
  }

  private void ping() {
    heard = false;
    write(PlainFrames.ping());
    after(limits.pong(), this::expectLife);
  }

  private void expectLife() {
    if (heard) {
      pingLater();
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

  private void tellThatItIsOver() {
    if (state == State.ENDED && timer != null) {
      timer.cancel(false);
      timer = null;
    }
    if (fragments != null) {
      fragments.release();
      fragments = null;
    }
    early.clear();
    if (awaited != null) {
      var lost = List.copyOf(awaited.values());
      awaited = null;
      for (Awaited request : lost) {
        request.timeout().cancel(false);
        ctx.executor().execute(() -> request.answered().accept(Reply.LOST));
      }
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

  private void onLoop(Runnable task) {
    if (ctx.executor().inEventLoop()) {
      task.run();
    } else {
      ctx.executor().execute(task);
    }
  }
}
