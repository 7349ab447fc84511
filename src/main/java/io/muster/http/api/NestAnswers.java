package io.muster.http.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.http.Json;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers in the form in which existing back ends know them. What became of a delivery is in the
 * body: any other status than 201 counts as a fault of the whole gateway there.
 */
final class NestAnswers {
  private static final Logger log = LoggerFactory.getLogger(NestAnswers.class);

  private NestAnswers() {}

  static HttpResponse done(JsonNode body) {
    return Answers.json(201, body);
  }

  static HttpResponse success(String message) {
    return done(result(true, message));
  }

  static HttpResponse failure(String message) {
    return done(result(false, message));
  }

  private static ObjectNode result(boolean success, String message) {
    return Json.object().put("success", success).put("message", message);
  }

  static HttpResponse unauthorized(String message) {
    return error(401, Json.object().put("message", message), "Unauthorized");
  }

  static HttpResponse forbidden(String message) {
    return error(403, Json.object().put("message", message), "Forbidden");
  }

  static HttpResponse invalid(List<String> complaints) {
    var json = Json.object();
    var messages = json.putArray("message");
    complaints.forEach(messages::add);
    return error(400, json, "Bad Request");
  }

  static HttpResponse tooLarge(String message) {
    return error(413, Json.object().put("message", message), "Payload Too Large");
  }

  static HttpResponse unavailable(String message) {
    return error(503, Json.object().put("message", message), "Service Unavailable");
  }

  private static HttpResponse error(int status, ObjectNode message, String error) {
    return Answers.json(status, message.put("error", error).put("statusCode", status));
  }

  static CompletionStage<HttpResponse> orFailure(CompletionStage<HttpResponse> answer) {
    return answer.exceptionally(NestAnswers::failure);
  }

  static HttpResponse failure(Throwable failure) {
    var cause = Answers.cause(failure);
    return switch (cause) {
      case BackEndBody.Invalid e -> invalid(e.complaints());
      case Wanted.TooLarge e -> tooLarge(e.getMessage());
      case IllegalArgumentException e -> invalid(List.of(String.valueOf(e.getMessage())));
      default -> {
        log.error("A request of the back end failed", cause);
        yield Answers.json(
            500, Json.object().put("statusCode", 500).put("message", "Internal server error"));
      }
    };
  }
}
