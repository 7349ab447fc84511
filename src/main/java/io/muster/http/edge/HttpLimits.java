package io.muster.http.edge;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.time.Duration;

/**
 * What one HTTP connection may take of us.
 *
 * @param lineBytes longest request line, in bytes; beyond it 414
 * @param headerBytes all headers of a request together, in bytes; beyond it 431
 * @param bodyBytes largest request body, in bytes; beyond it 413. The routes have limits of their
 *     own below it, but for a picture that is uploaded into our folder: 4 MiB is a screen in 4K
 * @param bodiesBytes the bodies of all requests under way together, in bytes; beyond it 503
 * @param head from the first byte of a request to its last header; beyond it 408
 * @param body from the headers to the end of the body; beyond it 408
 * @param answer from the end of the request to the head of its answer; beyond it 503. Longer than
 *     the longest {@code Prefer: wait}
 * @param idle an open connection without a request; then it is closed without a word
 * @param stall an answer of which the client takes nothing; then the connection is dropped
 */
public record HttpLimits(
    int lineBytes,
    int headerBytes,
    int bodyBytes,
    long bodiesBytes,
    Duration head,
    Duration body,
    Duration answer,
    Duration idle,
    Duration stall) {

  public static final HttpLimits DEFAULT =
      new HttpLimits(
          8 * 1024,
          16 * 1024,
          4 * 1024 * 1024,
          64L * 1024 * 1024,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(40),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30));

  public HttpLimits {
    require(lineBytes >= 256, "the request line", "256 bytes");
    require(headerBytes >= 1024, "the headers", "1024 bytes");
    require(bodyBytes >= 0, "the body", "0 bytes");
    require(bodiesBytes >= bodyBytes, "all bodies", "that of one");
    for (Duration patience : new Duration[] {head, body, answer, idle, stall}) {
      require(patience.isPositive(), "a time", "more than 0");
    }
  }

  /** An HTTP/1.1 codec with these limits; the first HTTP handler of a pipeline. */
  public HttpServerCodec newCodec() {
    return new HttpServerCodec(
        new HttpDecoderConfig().setMaxInitialLineLength(lineBytes).setMaxHeaderSize(headerBytes));
  }

  private static void require(boolean met, String what, String atLeast) {
    if (!met) {
      throw new IllegalArgumentException(
          "The limit of %s must be at least %s".formatted(what, atLeast));
    }
  }
}
