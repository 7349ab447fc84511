package io.muster.http.api;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;

/** What the routes have in common, in the words of the routing DSL. */
abstract class Directives extends AllDirectives {

  record PageAsked(int size, Optional<String> token) {}

  /** The methods known at a path; any other is answered 405. */
  Route methods(Route first, Route... others) {
    return concat(first, others);
  }

  Route answer(CompletionStage<HttpResponse> answer) {
    return completeWithFuture(Answers.orFailure(answer));
  }

  /** A JSON object, read before anything is asked of a device. */
  Route body(Function<Body, CompletionStage<HttpResponse>> inner) {
    return entity(
        Unmarshaller.entityToString(),
        text -> {
          try {
            return answer(inner.apply(Body.of(text)));
          } catch (IllegalArgumentException | Body.NotUnderstood e) {
            return complete(Answers.failure(e));
          }
        });
  }

  Route pageOf(int sizeDefault, int sizeMax, Function<PageAsked, Route> inner) {
    return parameterOptional(
        "pageSize",
        size ->
            parameterOptional(
                "pageToken",
                token -> {
                  try {
                    return inner.apply(new PageAsked(pageSize(size, sizeDefault, sizeMax), token));
                  } catch (IllegalArgumentException | Body.NotUnderstood e) {
                    return complete(Answers.failure(e));
                  }
                }));
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
