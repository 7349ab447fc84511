package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.Page;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.Refusal;
import io.muster.http.Json;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP answers in the forms all routes share. */
final class Answers {
  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  static HttpResponse json(int status, JsonNode body, HttpHeader... headers) {
    return HttpResponse.create()
        .withStatus(StatusCodes.get(status))
        .withHeaders(List.of(headers))
        .withEntity(ContentTypes.APPLICATION_JSON, Json.text(body));
  }

  static HttpResponse nothing() {
    return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT);
  }

  static HttpHeader location(String path) {
    return RawHeader.create("Location", path);
  }

  static <T> ObjectNode page(Page<T> page, Function<T, JsonNode> write) {
    var json = Json.object();
    json.set("items", Json.array(page.items(), write));
    page.next().ifPresent(token -> json.put("nextPageToken", token));
    return json;
  }

  static HttpResponse refusal(Refusal why) {
    return Problem.of(why).response();
  }

  /** What went wrong, as the caller may know it. */
  static HttpResponse failure(Throwable failure) {
    var cause = cause(failure);
    return switch (cause) {
      case Wanted.TooLarge e -> Problem.TOO_LARGE.because(e.getMessage()).response();
      case Body.NotUnderstood e -> Problem.badRequest(e.getMessage()).response();
      case IllegalArgumentException e -> Problem.badRequest(e.getMessage()).response();
      case JournalUnavailable _ -> refusal(Refusal.JOURNAL_UNAVAILABLE);
      case ReadModelUnavailable _ -> refusal(Refusal.READ_MODEL_UNAVAILABLE);
      default -> {
        log.error("A request failed", cause);
        yield Problem.INTERNAL.response();
      }
    };
  }

  /** What a stage wraps is what went wrong. */
  static Throwable cause(Throwable failure) {
    var cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  static CompletionStage<HttpResponse> orFailure(CompletionStage<HttpResponse> answer) {
    return answer.exceptionally(Answers::failure);
  }
}
