package io.muster.actors.device;

import io.muster.actors.device.DeviceCommand.Amend;
import io.muster.actors.device.DeviceEvent.Disabled;
import io.muster.actors.device.DeviceEvent.Enabled;
import io.muster.actors.device.DeviceEvent.Renamed;
import io.muster.actors.device.DeviceEvent.Tagged;
import io.muster.actors.device.DeviceEvent.Untagged;
import io.muster.actors.device.DeviceState.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a request to change a device makes true; nothing for what is so already. */
final class Amendments {
  private Amendments() {}

  static List<DeviceEvent> to(Profile profile, Amend c, Instant now) {
    var facts = new ArrayList<DeviceEvent>();
    c.name()
        .filter(name -> !name.equals(profile.name()))
        .ifPresent(name -> facts.add(new Renamed(name, c.by(), now)));
    c.tags().ifPresent(tags -> facts.addAll(retagged(profile.tags(), tags, c.by(), now)));
    c.disabled()
        .filter(disabled -> disabled != profile.disabled())
        .ifPresent(
            disabled -> facts.add(disabled ? new Disabled(c.by(), now) : new Enabled(c.by(), now)));
    return facts;
  }

  private static List<DeviceEvent> retagged(
      SortedSet<String> before, SortedSet<String> after, String by, Instant now) {
    var facts = new ArrayList<DeviceEvent>();
    var gone = without(before, after);
    if (!gone.isEmpty()) {
      facts.add(new Untagged(gone, by, now));
    }
    var come = without(after, before);
    if (!come.isEmpty()) {
      facts.add(new Tagged(come, by, now));
    }
    return facts;
  }

  private static SortedSet<String> without(SortedSet<String> tags, SortedSet<String> others) {
    var rest = new TreeSet<>(tags);
    rest.removeAll(others);
    return rest;
  }
}
