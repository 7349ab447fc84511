package io.muster.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;

/** How the server answers an event: {@code {success, data?, error?, timestamp}}. */
public record Envelope(Clock clock) {

  public ObjectNode success() {
    return Json.object().put("success", true).put("timestamp", now());
  }

  public ObjectNode success(JsonNode data) {
    return Json.object().put("success", true).<ObjectNode>set("data", data).put("timestamp", now());
  }

  public ObjectNode failure(String error) {
    return Json.object().put("success", false).put("error", error).put("timestamp", now());
  }

  public String now() {
    return Json.instant(clock.instant());
  }
}
