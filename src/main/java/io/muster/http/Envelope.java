package io.muster.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Clock;
import java.time.Instant;

/** How the server answers an event: {@code {success, data?, error?, timestamp}}. */
public record Envelope(Clock clock) {

  // A fleet's heartbeats are answered many in a millisecond; each thread writes its own text.
  private static final FastThreadLocal<Written> LAST = new FastThreadLocal<>();

  private record Written(long milli, String text) {}

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
    long milli = clock.millis();
    var last = LAST.get();
    if (last == null || last.milli() != milli) {
      last = new Written(milli, Json.instant(Instant.ofEpochMilli(milli)));
      LAST.set(last);
    }
    return last.text();
  }
}
