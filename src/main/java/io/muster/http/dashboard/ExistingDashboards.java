package io.muster.http.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceView;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.dashboard.ToDashboard.*;
import io.muster.http.Json;
import io.muster.http.edge.Frame;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * The wire of existing dashboards, which knows two words: online and offline.
 *
 * @param telling a device that is away for less is probably just reconnecting; longer and this wire
 *     has only one word for it
 */
record ExistingDashboards(Clock clock, Duration telling) implements Language {
  @Override
  public List<Frame> picture(List<DeviceView> part, boolean isLast) {
    return part.isEmpty()
        ? List.of()
        : List.of(Frame.event("device:status:batch", Json.array(part, d -> status(d, word(d)))));
  }

  @Override
  public List<Frame> news(ToDashboard news) {
    return switch (news) {
      case DeviceChanged n ->
          switch (n.device().presence()) {
            case ONLINE -> status(n, "online");
            case OFFLINE -> status(n, "offline");
            case RECONNECTING, NEVER_SEEN -> List.of();
          };
      case DeviceMissing n -> List.of(Frame.event("device:status", status(n.device(), "offline")));
      case Told n -> List.of(Frame.event(n.event(), Json.parse(n.payload())));
      case Sampled _, CommandMoved _ -> List.of();
    };
  }

  private List<Frame> status(DeviceChanged news, String word) {
    return List.of(Frame.event("device:status", status(news.device(), word)));
  }

  private String word(DeviceView device) {
    return switch (device.presence()) {
      case ONLINE -> "online";
      case RECONNECTING ->
          device.since().plus(telling).isAfter(clock.instant()) ? "online" : "offline";
      case OFFLINE, NEVER_SEEN -> "offline";
    };
  }

  private ObjectNode status(DeviceView device, String word) {
    return Json.object()
        .put("deviceId", device.id().value())
        .put("status", word)
        // These dashboards need a time; the last change of status is the latest that is surely
        // known.
        .put("lastSeen", Json.instant(device.hints().lastSeen().orElse(device.since())))
        .put("timestamp", Json.instant(clock.instant()));
  }
}
