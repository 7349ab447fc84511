package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.http.Json;
import io.muster.http.auth.Presented;
import io.muster.http.edge.ClientAddress;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;

/** What the routes have in common, in the words of the routing DSL. */
abstract class Directives extends AllDirectives {

  private static final int KEY_CHARS_MAX = 128;
  private static final ClientAddress ANYWHERE =
      new ClientAddress(InetAddress.getLoopbackAddress(), true);

  record PageAsked(int size, Optional<String> token) {}

  /** The methods known at a path; any other is answered 405. */
  Route methods(Route first, Route... others) {
    return concat(first, others);
  }

  /** What can be no name is the name of nothing. */
  <T> Route named(Supplier<T> read, Function<T, Route> inner) {
    T name;
    try {
      name = read.get();
    } catch (IllegalArgumentException | Body.NotUnderstood e) {
      return reject();
    }
    return inner.apply(name);
  }

  Route answer(CompletionStage<HttpResponse> answer) {
    return completeWithFuture(Answers.orFailure(answer));
  }

  // What anybody asks for here is small; the edge lets more pass, for pushed playlists.
  private static final int BODY_BYTES_MAX = 1024 * 1024;

  /** A JSON object, read before anything is asked of a device. */
  Route body(Function<Body, CompletionStage<HttpResponse>> inner) {
    return text(text -> answer(inner.apply(Body.of(text))));
  }

  /** As {@link #body}, for JSON that means something to others and is taken as a whole. */
  Route json(Function<JsonNode, CompletionStage<HttpResponse>> inner) {
    return text(text -> answer(inner.apply(Json.parse(text))));
  }

  private Route text(Function<String, Route> inner) {
    return extractRequestEntity(
        entity -> {
          if (entity.getContentLengthOption().orElse(0) > BODY_BYTES_MAX) {
            return complete(Problem.TOO_LARGE.response());
          }
          return isJson(entity.getContentType())
              ? entity(Unmarshaller.entityToString(), inner)
              : complete(
                  Problem.NOT_JSON
                      .because("expected application/json, got " + entity.getContentType())
                      .response());
        });
  }

  /** A body of which nothing is said, as the edge hands it on, is taken for JSON. */
  private static boolean isJson(ContentType type) {
    var media = type.mediaType();
    return type.equals(ContentTypes.NO_CONTENT_TYPE)
        || media.isApplication()
            && (media.subType().equals("json")
                || media.subType().endsWith("+json")
                || media.subType().equals("octet-stream"));
  }

  /** Names the intention of a request: asked again under the same name, it is done once. */
  Route idempotencyKey(Function<Optional<String>, Route> inner) {
    return optionalHeaderValueByName(
        "Idempotency-Key",
        key -> {
          Body.require(
              key.map(k -> !k.isBlank() && k.length() <= KEY_CHARS_MAX).orElse(true),
              "Idempotency-Key has 1 to %d characters".formatted(KEY_CHARS_MAX));
          return inner.apply(key);
        });
  }

  /** By which the commands of a request can be traced back to it. */
  Route traceparent(Function<Optional<String>, Route> inner) {
    return optionalHeaderValueByName("traceparent", inner);
  }

  /** The token of an {@code Authorization: Bearer} header, whatever it is worth. */
  Route bearer(Function<String, Route> inner, Supplier<Route> without) {
    return optionalHeaderValueByName(
        "Authorization", header -> header.flatMap(Presented::bearer).map(inner).orElseGet(without));
  }

  /** Where the client is. A request that did not come by our listener may be anybody's. */
  Route client(Function<ClientAddress, Route> inner) {
    return extractRequest(
        request -> inner.apply(request.getAttribute(ClientAddress.ATTRIBUTE).orElse(ANYWHERE)));
  }

  Route pageOf(int sizeDefault, int sizeMax, Function<PageAsked, Route> inner) {
    return parameterOptional(
        "pageSize",
        size ->
            parameterOptional(
                "pageToken",
                token -> inner.apply(new PageAsked(pageSize(size, sizeDefault, sizeMax), token))));
  }

  private static int pageSize(Optional<String> text, int sizeDefault, int sizeMax) {
    if (text.isEmpty()) {
      return sizeDefault;
    }
    try {
      int size = Integer.parseInt(text.get());
      Body.require(size >= 1 && size <= sizeMax, "pageSize is 1 to " + sizeMax);
      return size;
    } catch (NumberFormatException e) {
      throw new Body.NotUnderstood("pageSize is a number from 1 to " + sizeMax);
    }
  }
}
