package io.muster.http.dashboard;

import io.muster.actors.DeviceView;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.dashboard.ToDashboard.*;
import io.muster.http.Json;
import io.muster.http.edge.Frame;
import java.util.ArrayList;
import java.util.List;

/** Plain WebSocket JSON: whole devices, hints in batches, commands as they move. */
record Console() implements Language {
  // A frame of so many devices is some 200 kB: it fits every limit on the way.
  private static final int DEVICES_PER_FRAME = 500;

  @Override
  public List<Frame> picture(List<DeviceView> devices) {
    var frames = new ArrayList<Frame>();
    int from = 0;
    do {
      int to = Math.min(devices.size(), from + DEVICES_PER_FRAME);
      var data = Json.object();
      data.set("devices", Json.array(devices.subList(from, to), Json::device));
      frames.add(Frame.event("picture", data.put("complete", to == devices.size())));
      from = to;
    } while (from < devices.size());
    return frames;
  }

  @Override
  public List<Frame> news(ToDashboard news) {
    return switch (news) {
      case DeviceChanged n -> List.of(Frame.event("device", Json.device(n.device())));
      case DeviceMissing _ -> List.of(); // it was told when it went away
      case Sampled n -> List.of(Frame.event("sample", Json.array(n.samples(), Json::sample)));
      case CommandMoved n -> List.of(Frame.event("command", Json.command(n.command())));
    };
  }
}
