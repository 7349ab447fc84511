package io.muster.actors.device;

import io.muster.actors.DeviceId;
import java.util.List;

/**
 * The tags under which the journal keeps events that change a device's view. All events of one
 * device carry the same tag, so that each slice of the fleet can be projected by itself, in order.
 * They are written into the journal for ever: the number of slices is never changed.
 */
public final class DeviceTags {
  public static final List<String> ALL = List.of("device-0", "device-1", "device-2", "device-3");

  private DeviceTags() {}

  public static String of(DeviceId device) {
    return ALL.get(Math.floorMod(device.value().hashCode(), ALL.size()));
  }
}
