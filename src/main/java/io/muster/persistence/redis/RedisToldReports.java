package io.muster.persistence.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import io.muster.actors.telemetry.Report;
import io.muster.actors.telemetry.Reports;
import java.util.concurrent.CompletionStage;

/** Reports are kept by others; what is durable is told to Redis, for tools that look there. */
public final class RedisToldReports implements Reports {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Reports store;
  private final RedisTelemetryKeys keys;

  public RedisToldReports(Reports store, RedisTelemetryKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  @Override
  public CompletionStage<Kept> keep(Report report) {
    return store
        .keep(report)
        .whenComplete(
            (kept, _) -> {
              if (kept == Kept.STORED) {
                tell(report);
              }
            });
  }

  private void tell(Report report) {
    switch (report) {
      case Impression i -> keys.shown(i.device(), i.day());
      case ContentError e -> keys.failed(e.device(), text(e));
    }
  }

  private static String text(ContentError error) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("contentId", error.content())
            .put("errorType", error.type().word());
    error.playlist().ifPresent(id -> json.put("playlistId", id));
    error.message().ifPresent(message -> json.put("errorMessage", message));
    error.code().ifPresent(code -> json.put("errorCode", code));
    json.put("timestamp", error.at().toString());
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("text can be written", e);
    }
  }
}
