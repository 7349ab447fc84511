package io.muster.http.edge;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Stands right behind the HTTP codec and keeps a connection orderly, for whatever handlers follow:
 * they see well-formed requests only, one at a time, each in its time. The next request of a
 * pipelining client waits until the answer before it is complete, and an answer with {@code
 * Connection: close} ends the connection when it has been heard. Removed by an upgrade.
 */
public final class Doorman extends ChannelDuplexHandler {
  /**
   * More waiting messages than this stop the reading; what was read already is at most a buffer.
   */
  private static final int WAITING_MAX = 16;

  /** How long an ended connection is still read, so that a reset does not overtake our answer. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private enum Awaiting {
    NOTHING,
    NEXT_REQUEST,
    REST_OF_HEAD,
    REST_OF_BODY,
    GOODBYE
  }

  private final HttpLimits limits;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>(0);
  private Awaiting awaiting = Awaiting.NOTHING;
  private ScheduledFuture<?> deadline;
  private long pendingBefore;
  private boolean receiving;
  private boolean answering;
  private boolean answerBegun;
  private boolean lastAnswer;
  private boolean leaving;
  private boolean paused;
  private boolean readSomething;

  public Doorman(HttpLimits limits) {
    this.limits = limits;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    readSomething = true;
    if (leaving) {
      ReferenceCountUtil.release(message);
    } else if (!waiting.isEmpty() || (message instanceof HttpRequest && answering)) {
      waiting.add(message);
      if (waiting.size() >= WAITING_MAX) {
        paused = true;
        ctx.channel().config().setAutoRead(false);
      }
    } else {
      pass(ctx, message);
    }
  }

  private void pass(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      complain(ctx, reason(part.decoderResult()));
      return;
    }
    if (message instanceof HttpRequest request) {
      if (isOddlyFramed(request)) {
        complain(ctx, Complaint.BAD_REQUEST);
        return;
      }
      receiving = true;
      answering = true;
      answerBegun = false;
      await(ctx, Awaiting.NOTHING, Duration.ZERO);
    }
    if (message instanceof LastHttpContent) {
      receiving = false;
      if (awaiting == Awaiting.REST_OF_BODY) {
        await(ctx, Awaiting.NOTHING, Duration.ZERO);
      }
    }
    if (message instanceof HttpRequest || message instanceof HttpContent) {
      ctx.fireChannelRead(message);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  /**
   * A coding we do not know would be read as no body at all by the codec and as a body by a proxy
   * before us: what is a body to one would be a request to the other.
   */
  private static boolean isOddlyFramed(HttpRequest request) {
    var codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return !codings.isEmpty()
        && !(codings.size() == 1
            && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst().strip()));
  }

  private static Complaint reason(DecoderResult result) {
    return switch (result.cause()) {
      case TooLongHttpLineException _ -> Complaint.LINE_TOO_LONG;
      case TooLongHttpHeaderException _ -> Complaint.HEADERS_TOO_LARGE;
      default -> Complaint.BAD_REQUEST;
    };
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (receiving && awaiting == Awaiting.NOTHING) {
      await(ctx, Awaiting.REST_OF_BODY, limits.body());
    } else if (!readSomething && awaiting == Awaiting.NEXT_REQUEST) {
      // Bytes came, but no request: a head has begun. It has its own, shorter time.
      await(ctx, Awaiting.REST_OF_HEAD, limits.head());
    }
    readSomething = false;
    ctx.fireChannelReadComplete();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpResponse response) {
      if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
        ctx.write(message, promise);
        return;
      }
      answerBegun = true;
      var connection = response.headers();
      lastAnswer = connection.contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
    }
    if (message instanceof LastHttpContent) {
      ctx.write(message, answered(ctx, promise.unvoid()));
    } else {
      ctx.write(message, promise);
    }
  }

  private ChannelPromise answered(ChannelHandlerContext ctx, ChannelPromise written) {
    answering = false;
    if (lastAnswer) {
      leaving = true;
      releaseWaiting();
      written.addListener(_ -> sayGoodbye(ctx));
      return written;
    }
    if (!receiving) {
      awaitNextRequest(ctx);
    }
    if (!waiting.isEmpty()) {
      ctx.executor().execute(() -> letIn(ctx));
    }
    return written;
  }

  private void letIn(ChannelHandlerContext ctx) {
    while (!leaving
        && !ctx.isRemoved()
        && !waiting.isEmpty()
        && !(waiting.peek() instanceof HttpRequest && answering)) {
      Object next = waiting.poll();
      if (paused && waiting.isEmpty()) {
        // Before the last one is passed on: who gets it may want to pause the reading himself.
        paused = false;
        ctx.channel().config().setAutoRead(true);
      }
      pass(ctx, next);
    }
  }

  private void complain(ChannelHandlerContext ctx, Complaint complaint) {
    if (answering && answerBegun) {
      // Half an answer cannot be taken back.
      ctx.close();
    } else {
      write(ctx, complaint.farewell(), ctx.newPromise());
      ctx.flush();
    }
  }

  private void sayGoodbye(ChannelHandlerContext ctx) {
    if (!ctx.channel().isActive() || !(ctx.channel() instanceof DuplexChannel duplex)) {
      ctx.close();
      return;
    }
    duplex.shutdownOutput();
    ctx.channel().config().setAutoRead(true);
    await(ctx, Awaiting.GOODBYE, LINGER);
  }

  private void awaitNextRequest(ChannelHandlerContext ctx) {
    pendingBefore = -1;
    await(ctx, Awaiting.NEXT_REQUEST, limits.idle());
  }

  private void await(ChannelHandlerContext ctx, Awaiting next, Duration patience) {
    awaiting = next;
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
    if (next != Awaiting.NOTHING) {
      long nanos = patience.toNanos();
      deadline = ctx.executor().schedule(() -> tooLate(ctx), nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void tooLate(ChannelHandlerContext ctx) {
    switch (awaiting) {
      case NOTHING -> {}
      case NEXT_REQUEST -> {
        long pending = Backlog.of(ctx.channel());
        if (pending > 0 && pending != pendingBefore) {
          // The last answer is still on its way, and it moves.
          pendingBefore = pending;
          await(ctx, Awaiting.NEXT_REQUEST, limits.idle());
        } else {
          ctx.close();
        }
      }
      case REST_OF_HEAD, REST_OF_BODY -> {
        // A client that is given up is not read any more than it takes to be heard.
        complain(ctx, Complaint.TOO_LATE);
      }
      case GOODBYE -> ctx.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      awaitNextRequest(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    awaitNextRequest(ctx);
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(ctx);
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end(ctx);
  }

  private void end(ChannelHandlerContext ctx) {
    await(ctx, Awaiting.NOTHING, Duration.ZERO);
    releaseWaiting();
  }

  private void releaseWaiting() {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }
}
