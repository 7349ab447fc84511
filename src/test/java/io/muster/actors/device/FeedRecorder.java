package io.muster.actors.device;

import io.muster.actors.OrgId;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.dashboard.ToDashboard.CommandMoved;
import io.muster.actors.dashboard.ToDashboard.DeviceChanged;
import io.muster.actors.dashboard.ToDashboard.DeviceMissing;
import io.muster.actors.dashboard.ToDashboard.Sampled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A feed that everybody watches and nobody reads but the test. */
final class FeedRecorder implements Feed {
  private final ConcurrentLinkedQueue<ToDashboard> news = new ConcurrentLinkedQueue<>();
  private volatile boolean isWatched = true;
  private volatile String lastPresence = "";

  @Override
  public void publish(OrgId org, ToDashboard item) {
    news.add(item);
    if (item instanceof DeviceChanged c) {
      lastPresence = c.device().presence().word();
    }
  }

  @Override
  public boolean isWatched(OrgId org) {
    return isWatched;
  }

  void nobodyWatches() {
    isWatched = false;
  }

  /** What came since the last call, one line each. */
  List<String> told() {
    var lines = new ArrayList<String>();
    for (var item = news.poll(); item != null; item = news.poll()) {
      lines.add(
          switch (item) {
            case DeviceChanged c -> c.device().presence().word();
            case DeviceMissing m -> "missing, " + m.device().presence().word();
            case CommandMoved m -> m.command().type() + " " + m.command().state().word();
            case Sampled _ -> throw new AssertionError("a device samples nothing");
            case ToDashboard.Told m -> m.event();
          });
    }
    return lines;
  }

  /** What a dashboard shows now that was there from the beginning. */
  String lastPresence() {
    return lastPresence;
  }

  void clear() {
    news.clear();
  }
}
