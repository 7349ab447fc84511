package io.muster.http.edge;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.ResponseEntity;
import org.apache.pekko.util.ByteString;

/** The headers of a route's answer. Names and values are validated: no answer can be split. */
final class AnswerHeaders {
  /** How an answer is framed is decided here and not by a route. */
  private static final Set<String> OURS =
      Set.of("content-length", "content-type", "transfer-encoding", "date", "connection");

  private AnswerHeaders() {}

  /**
   * @throws IllegalArgumentException when a name or a value would break out of its line
   */
  static HttpHeaders of(HttpResponse answer) {
    var headers = none();
    headers.set(HttpHeaderNames.DATE, HttpDate.now());
    var type = answer.entity().getContentType();
    boolean empty = answer.entity().isKnownEmpty();
    if (!type.equals(ContentTypes.NO_CONTENT_TYPE) && !empty) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, type.toString());
    }
    for (var header : answer.getHeaders()) {
      if (!OURS.contains(header.lowercaseName())) {
        headers.add(header.name(), header.value());
      } else if (header.lowercaseName().equals("connection")
          && header.value().equalsIgnoreCase("close")) {
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
    }
    return headers;
  }

  static HttpHeaders none() {
    return DefaultHttpHeadersFactory.headersFactory().withValidation(true).newHeaders();
  }

  static boolean mayHaveNoBody(HttpResponseStatus status) {
    return switch (status.code()) {
      case 204, 205, 304 -> true;
      default -> false;
    };
  }

  static ByteString strictBytes(ResponseEntity entity) {
    return ((HttpEntity.Strict) entity).getData();
  }
}
