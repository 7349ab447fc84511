package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.telemetry.ContentError;
import io.muster.actors.telemetry.Impression;
import java.time.Instant;
import java.util.Optional;

/** What one device of one organisation may report. */
public record SampleReports(DeviceId device, OrgId org) {

  public Impression start(String content, Instant at) {
    return impression(Impression.Kind.START, content, Optional.empty(), Optional.empty(), at);
  }

  public Impression end(String content, int seconds, int completion, Instant at) {
    return impression(
        Impression.Kind.END, content, Optional.of(seconds), Optional.of(completion), at);
  }

  private Impression impression(
      Impression.Kind kind,
      String content,
      Optional<Integer> seconds,
      Optional<Integer> completion,
      Instant at) {
    return new Impression(
        device,
        org,
        kind,
        content,
        Optional.of("morning"),
        seconds,
        completion,
        Optional.of(at),
        at.plusMillis(40));
  }

  public ContentError error(ContentError.Type type, String content, Instant at) {
    return new ContentError(
        device,
        org,
        type,
        content,
        Optional.empty(),
        Optional.of("it broke"),
        Optional.of("E1"),
        Optional.of(at),
        at.plusMillis(40));
  }
}
