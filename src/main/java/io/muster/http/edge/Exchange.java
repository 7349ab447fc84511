package io.muster.http.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer. Lives on its connection's event loop; only the route does not. */
final class Exchange {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  /** A declared length is a claim: memory is given for what arrives. */
  private static final int FIRST_BYTES_MAX = 16 * 1024;

  private final ChannelHandlerContext ctx;
  private final Routing routing;
  private final HttpRequest head;
  private ByteBuf body = Unpooled.EMPTY_BUFFER;
  private ScheduledFuture<?> deadline;
  private StreamedAnswer stream;
  private boolean settled;
  private int held;

  Exchange(ChannelHandlerContext ctx, Routing routing, HttpRequest head) {
    this.ctx = ctx;
    this.routing = routing;
    this.head = head;
  }

  void begin() {
    String expectation = head.headers().get(HttpHeaderNames.EXPECT);
    if (HttpUtil.getContentLength(head, 0L) > routing.limits().bodyBytes()) {
      refuse(Complaint.BODY_TOO_LARGE);
    } else if (expectation != null
        && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation)) {
      refuse(Complaint.EXPECTATION);
    } else if (HttpUtil.is100ContinueExpected(head)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  void received(ByteBuf part) {
    int size = part.readableBytes();
    if (settled || size == 0) {
      return;
    }
    if (body.readableBytes() + size > routing.limits().bodyBytes()) {
      refuse(Complaint.BODY_TOO_LARGE);
      return;
    }
    if (!routing.bodies().take(size)) {
      refuse(Complaint.NO_ROOM);
      return;
    }
    held += size;
    if (body == Unpooled.EMPTY_BUFFER) {
      long declared = HttpUtil.getContentLength(head, (long) size);
      body = Unpooled.buffer((int) Math.max(size, Math.min(declared, FIRST_BYTES_MAX)));
    }
    body.writeBytes(part);
  }

  void complete() {
    if (settled) {
      return;
    }
    deadline =
        ctx.executor()
            .schedule(
                () -> settle(Complaint.NO_ANSWER.answer()),
                routing.limits().answer().toNanos(),
                TimeUnit.NANOSECONDS);
    var whole = ByteString.fromArrayUnsafe(body.array(), 0, body.readableBytes());
    body = Unpooled.EMPTY_BUFFER;
    var client = routing.proxies().clientOf(ctx.channel().remoteAddress(), head.headers());
    try {
      routing.executor().execute(() -> ask(whole, client));
    } catch (RejectedExecutionException e) {
      settle(Complaint.LEAVING.farewell());
    }
  }

  private void ask(ByteString whole, ClientAddress client) {
    try {
      routing
          .routes()
          .apply(PekkoRequests.of(head, whole, client))
          .whenComplete(
              (answer, failure) -> {
                if (failure == null) {
                  onLoop(() -> answered(answer), () -> routing.discard(answer));
                } else {
                  failed(failure);
                }
              });
    } catch (PekkoRequests.Untranslatable e) {
      onLoop(() -> settle(e.complaint.answer()), () -> {});
    } catch (Exception e) {
      failed(e);
    }
  }

  private void failed(Throwable failure) {
    log.error("A route failed: {} {}", head.method(), path(), failure);
    onLoop(() -> settle(Complaint.INTERNAL.answer()), () -> {});
  }

  /** Without the query, which may carry what nobody should read in a log. */
  private String path() {
    int query = head.uri().indexOf('?');
    return query < 0 ? head.uri() : head.uri().substring(0, query);
  }

  private void onLoop(Runnable task, Runnable otherwise) {
    try {
      ctx.executor().execute(task);
    } catch (RejectedExecutionException e) {
      otherwise.run();
    }
  }

  private void answered(HttpResponse answer) {
    if (settled) {
      routing.discard(answer);
      return;
    }
    try {
      write(answer);
    } catch (IllegalArgumentException e) {
      // A header with a line break in it, most likely: an answer is never split.
      log.error("A route's answer cannot be written: {} {}", head.method(), path(), e);
      routing.discard(answer);
      settle(Complaint.INTERNAL.answer());
    }
  }

  private void write(HttpResponse answer) {
    var headers = AnswerHeaders.of(answer);
    var status = HttpResponseStatus.valueOf(answer.status().intValue());
    var entity = answer.entity();
    boolean chunked = !entity.isStrict() && entity.getContentLengthOption().isEmpty();
    boolean old = head.protocolVersion().minorVersion() == 0;
    boolean silent = head.method().equals(HttpMethod.HEAD) || AnswerHeaders.mayHaveNoBody(status);
    if (chunked && old && !silent) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (chunked && !old) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (!chunked && !AnswerHeaders.mayHaveNoBody(status)) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, entity.getContentLengthOption().orElse(0));
    }
    if (silent || entity.isStrict()) {
      var bytes = silent ? Unpooled.EMPTY_BUFFER : Bytes.toNetty(AnswerHeaders.strictBytes(entity));
      settle(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, status, bytes, headers, AnswerHeaders.none()));
      routing.discard(answer);
      return;
    }
    settled = true;
    giveBack();
    deadline.cancel(false);
    connection(headers);
    stream =
        new StreamedAnswer(
            ctx,
            routing.limits().stall(),
            chunked ? -1 : entity.getContentLengthOption().orElse(0));
    stream.begin(status, headers);
    entity
        .getDataBytes()
        .runWith(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), routing.materializer())
        .subscribe(stream);
  }

  /** What was wrong with the request leaves some of it unread, so this is the last answer. */
  private void refuse(Complaint complaint) {
    if (!settled) {
      body = Unpooled.EMPTY_BUFFER;
      settle(complaint.farewell());
    }
  }

  private void settle(FullHttpResponse answer) {
    if (settled) {
      answer.release();
      return;
    }
    settled = true;
    giveBack();
    if (deadline != null) {
      deadline.cancel(false);
    }
    connection(answer.headers());
    ctx.writeAndFlush(answer);
  }

  private void giveBack() {
    routing.bodies().giveBack(held);
    held = 0;
  }

  private void connection(io.netty.handler.codec.http.HttpHeaders headers) {
    if (!HttpUtil.isKeepAlive(head)) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (head.protocolVersion().minorVersion() == 0
        && !headers.contains(HttpHeaderNames.CONNECTION)) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  void writabilityChanged() {
    if (stream != null) {
      stream.writabilityChanged();
    }
  }

  /** The client is gone: nobody waits for the answer any more. */
  void abandon() {
    settled = true;
    giveBack();
    body = Unpooled.EMPTY_BUFFER;
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (stream != null) {
      stream.cancel();
    }
  }
}
