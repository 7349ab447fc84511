package io.muster.http.dashboard;

import io.muster.actors.DeviceView;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.http.edge.Frame;
import java.util.List;

/** How news is put for one kind of dashboard. */
sealed interface Language permits Console, ExistingDashboards {

  /**
   * A part of the picture of a fleet.
   *
   * @param isLast nothing follows; the only part of a fleet without devices is empty
   */
  List<Frame> picture(List<DeviceView> part, boolean isLast);

  /** Empty for what this kind does not want to know. */
  List<Frame> news(ToDashboard news);
}
