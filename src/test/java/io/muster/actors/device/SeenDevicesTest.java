package io.muster.actors.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.LastSeen;
import io.muster.actors.Load;
import io.muster.actors.Presence;
import io.muster.actors.Showing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SeenDevicesTest {
  private static final DeviceId TV = new DeviceId("tv-1");

  private static final DeviceView UNSEEN =
      new DeviceView(
          TV,
          DeviceRig.ORG,
          "TV",
          new TreeSet<>(),
          Presence.NEVER_SEEN,
          DeviceRig.START,
          false,
          false,
          0,
          0,
          DeviceView.Hints.NONE);

  private final SettableClock clock = new SettableClock(DeviceRig.START);
  private final SeenDevices seen = new SeenDevices(clock);
  private final List<LastSeen.Seen> kept = new ArrayList<>();
  private final LastSeen table =
      batch -> {
        kept.addAll(batch);
        return CompletableFuture.completedFuture(null);
      };

  @Test
  void a_device_is_kept_once_for_all_that_was_heard_meanwhile() {
    var tv = seen.enter(TV, DeviceRig.ORG);
    tv.heard(Optional.of("1.2.3"), Load.UNKNOWN, Showing.NOTHING);
    clock.advance(Duration.ofSeconds(5));
    tv.alive();
    seen.keep(table);
    seen.keep(table);
    assertEquals(1, kept.size());
    assertEquals(Optional.of(clock.instant()), kept.getFirst().hints().lastSeen());
    assertEquals(Optional.of("1.2.3"), kept.getFirst().hints().appVersion());
    tv.alive();
    seen.keep(table);
    assertEquals(2, kept.size());
  }

  @Test
  void what_many_devices_say_is_kept_once_for_all_of_them() {
    var one = seen.enter(TV, DeviceRig.ORG);
    var other = seen.enter(new DeviceId("tv-2"), DeviceRig.ORG);
    one.heard(Optional.of(new String("1.2")), Load.UNKNOWN, showing("movie"));
    other.heard(Optional.of(new String("1.2")), Load.UNKNOWN, showing("movie"));
    var first = seen.of(TV);
    var second = seen.of(new DeviceId("tv-2"));
    assertSame(first.showing().orElseThrow(), second.showing().orElseThrow());
    assertSame(first.appVersion().orElseThrow(), second.appVersion().orElseThrow());
  }

  @Test
  void a_heartbeat_that_says_the_same_again_leaves_nothing_behind() {
    var tv = seen.enter(TV, DeviceRig.ORG);
    tv.heard(Optional.empty(), new Load(1, 2), showing("movie"));
    var before = seen.of(TV);
    tv.heard(Optional.empty(), new Load(1, 2), showing("movie"));
    assertSame(before.load(), seen.of(TV).load());
    assertSame(before.showing().orElseThrow(), seen.of(TV).showing().orElseThrow());
  }

  @Test
  void a_heartbeat_that_shows_nothing_ends_what_was_shown() {
    var tv = seen.enter(TV, DeviceRig.ORG);
    tv.heard(Optional.empty(), Load.UNKNOWN, showing("movie"));
    tv.heard(Optional.empty(), Load.UNKNOWN, Showing.NOTHING);
    assertEquals(Optional.of(Showing.NOTHING), seen.of(TV).showing());
  }

  private static Showing showing(String content) {
    return new Showing(
        Optional.of(content),
        Optional.empty(),
        Optional.of("playing"),
        Optional.empty(),
        Optional.empty());
  }

  /** Nobody gets the very same otherwise. */
  private boolean isRemembered() {
    return seen.latest(UNSEEN) != UNSEEN;
  }

  @Test
  void one_that_has_left_is_kept_once_more_and_forgotten() {
    seen.leave(seen.enter(TV, DeviceRig.ORG));
    seen.keep(table);
    assertTrue(isRemembered());
    seen.keep(table);
    assertFalse(isRemembered());
  }

  @Test
  void those_with_a_session_are_connected_however_long_they_were_silent() {
    seen.leave(seen.enter(new DeviceId("tv-2"), DeviceRig.ORG));
    seen.enter(TV, DeviceRig.ORG);
    seen.keep(table);
    clock.advance(Duration.ofHours(1));
    assertEquals(List.of(TV), seen.connected().stream().map(LastSeen.Seen::id).toList());
    assertEquals(List.of(TV), seen.connected().stream().map(LastSeen.Seen::id).toList());
  }

  @Test
  void one_of_two_sessions_holds_it() {
    var first = seen.enter(TV, DeviceRig.ORG);
    seen.enter(TV, DeviceRig.ORG);
    seen.leave(first);
    seen.keep(table);
    seen.keep(table);
    assertTrue(isRemembered());
  }

  @Test
  void what_is_pending_holds_it_until_nothing_is() {
    seen.pending(TV, DeviceRig.ORG, 2);
    seen.keep(table);
    seen.keep(table);
    assertTrue(isRemembered());
    assertEquals(2, kept.getLast().hints().pendingCommands());
    seen.pending(TV, DeviceRig.ORG, 0);
    seen.keep(table);
    assertEquals(0, kept.getLast().hints().pendingCommands());
    seen.keep(table);
    assertFalse(isRemembered());
  }

  @Test
  void nothing_pending_of_one_that_nobody_knows_is_no_news() {
    seen.pending(TV, DeviceRig.ORG, 0);
    assertFalse(isRemembered());
  }

  @Nested
  class Counted {
    private static final DeviceId WALL = new DeviceId("wall");

    @Test
    void a_device_is_online_once_however_many_sockets_it_has() {
      seen.enter(TV, DeviceRig.ORG);
      seen.enter(TV, DeviceRig.ORG);
      assertEquals(Map.of(DeviceRig.ORG, 1), seen.census().devices());
      assertEquals(2, seen.census().sockets());
    }

    @Test
    void one_that_has_left_is_not_counted_though_it_is_still_remembered() {
      seen.leave(seen.enter(TV, DeviceRig.ORG));
      assertTrue(isRemembered());
      assertEquals(Map.of(), seen.census().devices());
      assertEquals(0, seen.census().sockets());
    }

    @Test
    void the_mean_load_is_over_the_devices_that_said_it() {
      seen.enter(TV, DeviceRig.ORG)
          .heard(Optional.empty(), new Load(10, Double.NaN), Showing.NOTHING);
      seen.enter(WALL, DeviceRig.ORG)
          .heard(Optional.empty(), new Load(30, Double.NaN), Showing.NOTHING);
      seen.enter(new DeviceId("silent"), DeviceRig.ORG);
      assertEquals(20, seen.census().cpu());
      assertEquals(Double.NaN, seen.census().memory());
    }

    @Test
    void a_token_is_due_during_its_last_two_weeks_until_a_newer_one_is_offered() {
      var tv = seen.enter(TV, DeviceRig.ORG);
      tv.holdsToken(clock.instant().plus(Duration.ofDays(15)));
      assertEquals(0, seen.census().due());
      clock.advance(Duration.ofDays(2));
      assertEquals(1, seen.census().due());
      tv.offeredToken();
      assertEquals(0, seen.census().due());
      assertEquals(1, seen.census().offered());
      tv.holdsToken(clock.instant().plus(Duration.ofDays(90)));
      assertEquals(0, seen.census().offered());
    }

    @Test
    void a_token_in_use_two_days_before_its_end_is_expiring_offered_or_not() {
      var tv = seen.enter(TV, DeviceRig.ORG);
      tv.holdsToken(clock.instant().plus(Duration.ofDays(1)));
      tv.offeredToken();
      assertEquals(1, seen.census().expiring());
      assertEquals(0, seen.census().offered());
    }

    @Test
    void of_a_token_that_is_not_known_nothing_is_told() {
      seen.enter(TV, DeviceRig.ORG);
      assertEquals(0, seen.census().due() + seen.census().offered() + seen.census().expiring());
    }
  }
}
