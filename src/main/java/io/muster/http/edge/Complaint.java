package io.muster.http.edge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Why the edge itself refuses a request: RFC 9457 problems with stable codes. */
enum Complaint {
  // formatter:off
  BAD_REQUEST       (400, "bad_request",        "The request is not well-formed HTTP/1.1."),
  BAD_URI           (400, "bad_request",        "The request target or its Host is not a valid URI."),
  FORBIDDEN_ORIGIN  (403, "forbidden_origin",   "This origin may not use a session cookie here."),
  TOO_LATE          (408, "request_timeout",    "The request did not arrive completely in time."),
  BODY_TOO_LARGE    (413, "payload_too_large",  "The request body is larger than allowed here."),
  LINE_TOO_LONG     (414, "uri_too_long",       "The request target is longer than allowed here."),
  EXPECTATION       (417, "expectation_failed", "The only expectation known here is 100-continue."),
  UPGRADE_REQUIRED  (426, "upgrade_required",   "This path speaks WebSocket, version 13."),
  HEADERS_TOO_LARGE (431, "headers_too_large",  "The request headers are larger than allowed here."),
  INTERNAL          (500, "internal",           "Something went wrong here; it has been logged."),
  UNKNOWN_METHOD    (501, "unknown_method",     "This request method is not known here."),
  NO_ANSWER         (503, "timeout",            "No answer was ready in time; try again later."),
  NO_ROOM           (503, "overloaded",         "Too many request bodies are under way; try again later."),
  CROWDED           (503, "too_many_connections", "Too many connections have not joined yet."),
  LEAVING           (503, "unavailable",        "This node does not take requests now; try again.");
  // formatter:on

  private final HttpResponseStatus status;
  private final byte[] body;

  Complaint(int status, String code, String detail) {
    this.status = HttpResponseStatus.valueOf(status);
    this.body =
        """
        {"type":"about:blank","title":"%s","status":%d,"detail":"%s","code":"%s"%s}"""
            .formatted(
                this.status.reasonPhrase(), status, detail, code, forBackEnds(status, detail))
            .getBytes(UTF_8);
  }

  /** Existing back ends, who push the largest bodies, read these words in place of ours. */
  private static String forBackEnds(int status, String detail) {
    return status == 413
        ? """
          ,"message":"%s","error":"Payload Too Large","statusCode":413"""
            .formatted(detail)
        : "";
  }

  /** The answer after which the connection may go on. */
  FullHttpResponse answer() {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body).asReadOnly());
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.DATE, HttpDate.now());
    if (this == UPGRADE_REQUIRED) {
      response.headers().set(HttpHeaderNames.UPGRADE, "websocket");
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
    }
    return response;
  }

  /** The answer after which the connection ends, because the rest of the request is unread. */
  FullHttpResponse farewell() {
    var response = answer();
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }
}
