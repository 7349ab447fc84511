package io.muster.http.edge;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.util.ByteString;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * An answer that comes in pieces. A piece is asked for when the client has room for it; a client
 * that goes away cancels the rest, and one that takes nothing for too long is dropped.
 */
final class StreamedAnswer implements Subscriber<ByteString> {
  private final ChannelHandlerContext ctx;
  private final Duration stall;
  private final long promised;
  private Subscription subscription;
  private ScheduledFuture<?> stallCheck;
  private long backlogBefore;
  private long written;
  private boolean asked;
  private boolean over;

  /**
   * @param promised the content length in the head, or -1 when the answer is chunked or ends with
   *     the connection
   */
  StreamedAnswer(ChannelHandlerContext ctx, Duration stall, long promised) {
    this.ctx = ctx;
    this.stall = stall;
    this.promised = promised;
  }

  void begin(HttpResponseStatus status, HttpHeaders headers) {
    ctx.writeAndFlush(new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers));
  }

  @Override
  public void onSubscribe(Subscription granted) {
    try {
      ctx.executor().execute(() -> start(granted));
    } catch (RejectedExecutionException e) {
      granted.cancel();
    }
  }

  private void start(Subscription granted) {
    if (over || subscription != null) {
      granted.cancel();
      return;
    }
    subscription = granted;
    askIfThereIsRoom();
  }

  @Override
  public void onNext(ByteString piece) {
    onLoop(() -> write(piece));
  }

  private void write(ByteString piece) {
    asked = false;
    if (over) {
      return;
    }
    written += piece.size();
    if (promised >= 0 && written > promised) {
      drop();
      return;
    }
    if (!piece.isEmpty()) {
      ctx.writeAndFlush(new DefaultHttpContent(Bytes.toNetty(piece)));
    }
    askIfThereIsRoom();
  }

  private void askIfThereIsRoom() {
    if (over || subscription == null || asked) {
      return;
    }
    if (ctx.channel().isWritable()) {
      asked = true;
      subscription.request(1);
    } else if (stallCheck == null) {
      watchForStall();
    }
  }

  private void watchForStall() {
    backlogBefore = Backlog.of(ctx.channel());
    stallCheck =
        ctx.executor().schedule(this::checkForStall, stall.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void checkForStall() {
    stallCheck = null;
    if (over || ctx.channel().isWritable()) {
      return;
    }
    if (Backlog.of(ctx.channel()) == backlogBefore) {
      drop();
    } else {
      watchForStall();
    }
  }

  void writabilityChanged() {
    if (ctx.channel().isWritable()) {
      askIfThereIsRoom();
    }
  }

  @Override
  public void onComplete() {
    onLoop(
        () -> {
          if (over) {
            return;
          }
          if (promised >= 0 && written != promised) {
            drop();
          } else {
            over = true;
            ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
          }
        });
  }

  /** The head is long gone: only a broken connection can still say that this is not all. */
  @Override
  public void onError(Throwable failure) {
    onLoop(
        () -> {
          if (!over) {
            over = true;
            ctx.close();
          }
        });
  }

  private void drop() {
    cancel();
    ctx.close();
  }

  void cancel() {
    over = true;
    if (stallCheck != null) {
      stallCheck.cancel(false);
    }
    if (subscription != null) {
      subscription.cancel();
    }
  }

  private void onLoop(Runnable task) {
    try {
      ctx.executor().execute(task);
    } catch (RejectedExecutionException e) {
      // The loops are closing, and the connections with them.
      over = true;
    }
  }
}
