package io.muster.http.dashboard;

import io.muster.actors.DeviceView;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.dashboard.ToDashboard.*;
import io.muster.http.Json;
import io.muster.http.edge.Frame;
import java.util.List;

/** Plain WebSocket JSON: whole devices, hints in batches, commands as they move. */
record Console() implements Language {
  @Override
  public List<Frame> picture(List<DeviceView> part, boolean isLast) {
    var data = Json.object();
    data.set("devices", Json.array(part, Json::device));
    return List.of(Frame.event("picture", data.put("complete", isLast)));
  }

  @Override
  public List<Frame> news(ToDashboard news) {
    return switch (news) {
      case DeviceChanged n -> List.of(Frame.event("device", Json.device(n.device())));
      case DeviceMissing _ -> List.of(); // it was told when it went away
      case Sampled n -> List.of(Frame.event("sample", Json.array(n.samples(), Json::sample)));
      case CommandMoved n -> List.of(Frame.event("command", Json.command(n.command())));
      case Told n -> List.of(Frame.event(n.event(), Json.parse(n.payload())));
    };
  }
}
