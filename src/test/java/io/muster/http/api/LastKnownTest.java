package io.muster.http.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.Load;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.support.Eventually;
import io.muster.support.MemoryLastSeen;
import io.muster.support.MemoryRoster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LastKnownTest {
  private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
  private static final OrgId ORG = new OrgId("acme");
  private static final DeviceId ID = new DeviceId("tv-1");

  private final MemoryRoster table = new MemoryRoster();
  private final LastKnown lastKnown = new LastKnown(table, Duration.ofMillis(50));

  @BeforeEach
  void the_table_remembers() {
    table.add(ID, new Registered(ORG, "TV", "ada", T));
    var kept = new Hints(Optional.of(T), Optional.of("2.4.1"), new Load(12.5, 48), 9);
    Eventually.await(new MemoryLastSeen(table).keep(List.of(new Seen(ID, ORG, kept))));
  }

  private static DeviceView device(long epoch, Hints hints) {
    return new DeviceView(
        ID, ORG, "TV", new TreeSet<>(), Presence.OFFLINE, T, false, false, epoch, 1, hints);
  }

  private static Hints pending(int count) {
    return new Hints(Optional.empty(), Optional.empty(), Load.UNKNOWN, count);
  }

  private DeviceView shown(DeviceView device) {
    return Eventually.await(lastKnown.of(device));
  }

  @Test
  void a_device_that_is_not_here_is_shown_as_it_was_last_seen_with_what_is_pending_now() {
    assertEquals(
        new Hints(Optional.of(T), Optional.of("2.4.1"), new Load(12.5, 48), 2),
        shown(device(3, pending(2))).hints());
  }

  @Test
  void a_device_that_is_here_speaks_for_itself() {
    var here = new Hints(Optional.of(T.plusSeconds(9)), Optional.empty(), Load.UNKNOWN, 0);
    var device = device(3, here);
    assertSame(device, shown(device));
  }

  @Test
  void a_device_that_never_came_is_not_asked_after() {
    var device = device(0, pending(0));
    assertSame(device, shown(device));
  }

  @Test
  void without_the_table_it_is_shown_without() {
    table.goAway();
    var device = device(3, pending(1));
    assertSame(device, shown(device));
  }
}
