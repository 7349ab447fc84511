package io.muster.http.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import io.muster.actors.Telemetry.Fate;
import io.muster.actors.Telemetry.Flaw;
import io.muster.actors.Telemetry.Kind;
import io.muster.actors.telemetry.Report;
import io.muster.actors.telemetry.Reports;
import io.muster.http.Envelope;
import io.muster.http.device.Telling.Speaker;
import io.muster.http.edge.SocketHandler.Acknowledge;
import java.util.Optional;

/**
 * What devices tell of their screens: read, counted, kept, and acknowledged once it is durable.
 * Nothing here is ever answered by an {@code error} event, which would blank a screen.
 */
public record ScreenReports(Reports reports, Envelope envelope, Telemetry telemetry) {

  HeartbeatReport heartbeat(JsonNode said) {
    var report = HeartbeatReport.of(said);
    count(report.unknown(), report.malformed());
    return report;
  }

  void impression(DeviceId device, OrgId org, JsonNode said, Optional<Acknowledge> acknowledge) {
    telemetry.reports(Kind.IMPRESSION, Fate.RECEIVED, 1);
    var telling = Telling.impression(said, speaker(device, org));
    keep(Kind.IMPRESSION, telling, "contentId required", acknowledge);
  }

  void contentError(DeviceId device, OrgId org, JsonNode said, Optional<Acknowledge> acknowledge) {
    telemetry.reports(Kind.CONTENT_ERROR, Fate.RECEIVED, 1);
    var telling = Telling.contentError(said, speaker(device, org));
    telling.report().ifPresent(error -> telemetry.contentFailed(error.type()));
    keep(Kind.CONTENT_ERROR, telling, "an object is required", acknowledge);
  }

  private Speaker speaker(DeviceId device, OrgId org) {
    return new Speaker(device, org, envelope.clock().instant());
  }

  private void keep(
      Kind kind,
      Telling<? extends Report> telling,
      String needed,
      Optional<Acknowledge> acknowledge) {
    count(telling.unknown(), telling.malformed());
    if (telling.report().isEmpty()) {
      telemetry.reports(kind, Fate.MALFORMED, 1);
      acknowledge.ifPresent(a -> a.with(envelope.failure(needed)));
      return;
    }
    var kept = reports.keep(telling.report().get());
    acknowledge.ifPresent(a -> kept.whenComplete((how, failure) -> a.with(answer(how, failure))));
  }

  private ObjectNode answer(Reports.Kept how, Throwable failure) {
    if (failure != null) {
      return envelope.failure("overloaded");
    }
    return switch (how) {
      case STORED, REPEATED -> envelope.success();
      case SPOILED -> envelope.failure("not_stored");
    };
  }

  private void count(int unknown, int malformed) {
    if (unknown > 0) {
      telemetry.fieldsDropped(Flaw.UNKNOWN, unknown);
    }
    if (malformed > 0) {
      telemetry.fieldsDropped(Flaw.MALFORMED, malformed);
    }
  }
}
