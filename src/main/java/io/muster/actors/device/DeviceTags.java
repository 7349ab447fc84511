package io.muster.actors.device;

import io.muster.actors.DeviceId;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The slices of the journal that the read model follows side by side. Their number is for ever: a
 * device keeps its slice.
 */
public final class DeviceTags {
  private static final int SLICES = 4;
  public static final List<String> ALL =
      IntStream.range(0, SLICES).mapToObj(slice -> "device-" + slice).toList();
  private static final List<Set<String>> SETS = ALL.stream().map(Set::of).toList();

  private DeviceTags() {}

  static Set<String> of(DeviceId id) {
    return SETS.get(Math.floorMod(id.value().hashCode(), SLICES));
  }
}
