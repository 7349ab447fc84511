package io.muster.actors;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The devices of an organisation as the read model had them at one moment. Immutable, and shared by
 * everybody who asked at about the same time: thousands of dashboards may.
 */
public final class Picture {
  private final List<DeviceView> devices;
  private volatile Map<DeviceId, DeviceView> index;

  public Picture(List<DeviceView> devices) {
    this.devices = List.copyOf(devices);
  }

  public List<DeviceView> devices() {
    return devices;
  }

  public Optional<DeviceView> find(DeviceId id) {
    var known = index;
    if (known == null) {
      known = new HashMap<>();
      for (DeviceView device : devices) {
        known.put(device.id(), device);
      }
      index = known; // two threads may build it at once; both build the same
    }
    return Optional.ofNullable(known.get(id));
  }
}
