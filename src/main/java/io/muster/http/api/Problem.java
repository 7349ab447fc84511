package io.muster.http.api;

import io.muster.actors.Refusal;
import io.muster.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * RFC 9457 problem details: the only table from refusals to HTTP. The code is API; title and detail
 * are for people.
 */
public record Problem(int status, String code, String title, Optional<String> detail) {

  // formatter:off
  static final Problem UNAUTHORIZED       = of(401, "unauthorized", "A valid user token is needed.");
  static final Problem FORBIDDEN          = of(403, "forbidden", "Your role does not allow this.");
  static final Problem NOT_FOUND          = of(404, "not_found", "There is nothing here.");
  static final Problem METHOD_NOT_ALLOWED = of(405, "method_not_allowed", "This method is not known here.");
  static final Problem NO_SUCH_NODE       = of(404, "node_not_found", "There is no such node in the cluster.");
  static final Problem LAST_NODE          = of(409, "last_node", "No other node could take over; with force=true it ends all the same.");
  static final Problem NOT_ACCEPTABLE     = of(406, "not_acceptable", "The answer is JSON.");
  static final Problem TOO_LARGE          = of(413, "payload_too_large", "This is larger than allowed.");
  static final Problem NOT_JSON           = of(415, "unsupported_media_type", "The body must be application/json.");
  static final Problem RATE_LIMITED       = of(429, "rate_limited", "Too many requests; try again in a while.");
  static final Problem UNAVAILABLE        = of(503, "auth_unavailable", "Tokens cannot be checked just now.");
  static final Problem INTERNAL           = of(500, "internal", "Something went wrong here; it has been logged.");

  static Problem of(Refusal why) {
    return switch (why) {
      case DEVICE_NOT_FOUND       -> of(404, why.code(), "There is no such device in your organisation.");
      case COMMAND_NOT_FOUND      -> of(404, why.code(), "The device has no such command.");
      case DEVICE_ID_TAKEN        -> of(409, why.code(), "The id belongs to a device of another organisation.");
      case DEVICE_DISABLED        -> of(409, why.code(), "The device is disabled and takes no commands.");
      case DEVICE_RETIRED         -> of(409, why.code(), "The device is retired for good.");
      case TOO_MANY_PENDING       -> of(409, why.code(), "The device's queue is full.");
      case TOKEN_REVOKED          -> of(410, why.code(), "The token has been revoked.");
      case TOO_MANY_TOKENS        -> of(409, why.code(), "The device has too many live tokens; revoke them first.");
      case COMMAND_SETTLED        -> of(409, why.code(), "The command has settled already.");
      case IDEMPOTENCY_KEY_REUSED -> of(422, why.code(), "The Idempotency-Key was used for a different request.");
      case JOURNAL_UNAVAILABLE    -> of(503, why.code(), "The journal is away; nothing was accepted.");
      case READ_MODEL_UNAVAILABLE -> of(503, why.code(), "The read model is away; devices by id still work.");
    };
  }
  // formatter:on

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private static final ContentType TYPE =
      ContentTypes.create(
          MediaTypes.customWithFixedCharset(
              "application", "problem+json", HttpCharsets.UTF_8, Map.of(), false));

  static Problem of(int status, String code, String title) {
    return new Problem(status, code, title, Optional.empty());
  }

  static Problem badRequest(String detail) {
    return of(400, "bad_request", "The request is not understood.").because(detail);
  }

  Problem because(String why) {
    return new Problem(status, code, title, Optional.of(why));
  }

  HttpResponse response() {
    return response(RETRY_AFTER);
  }

  /**
   * @param retryAfter told where trying again may help, in whole seconds, at least one
   */
  HttpResponse response(Duration retryAfter) {
    var json =
        Json.object()
            .put("type", "about:blank")
            .put("title", title)
            .put("status", status)
            .put("code", code);
    detail.ifPresent(d -> json.put("detail", d));
    return HttpResponse.create()
        .withStatus(StatusCodes.get(status))
        .withHeaders(headers(retryAfter))
        .withEntity(HttpEntities.create(TYPE, Json.text(json).getBytes(StandardCharsets.UTF_8)));
  }

  private List<HttpHeader> headers(Duration retryAfter) {
    var headers = new ArrayList<HttpHeader>();
    if (status == 503 || status == 429) {
      headers.add(
          RawHeader.create(
              "Retry-After", Long.toString(Math.max(1, retryAfter.plusMillis(999).toSeconds()))));
    }
    if (status == 401) {
      headers.add(RawHeader.create("WWW-Authenticate", "Bearer realm=\"muster\""));
    }
    return headers;
  }
}
