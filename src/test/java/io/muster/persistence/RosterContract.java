package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.Load;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.Presence;
import io.muster.actors.Roster.Filter;
import io.muster.actors.Showing;
import io.muster.actors.device.AwayReason;
import io.muster.actors.device.DeviceEvent.*;
import io.muster.support.Eventually;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What lists, dashboards and the watchman rely on. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class RosterContract {
  private static final Instant T = Instant.parse("2026-03-01T08:30:00.123456Z");
  private static final NodeId NODE = new NodeId("node-b#1");

  private Ports ports;
  private OrgId org;
  private String prefix;

  abstract Ports ports();

  @BeforeEach
  void move_into_an_organisation_of_its_own(TestInfo test) {
    ports = ports();
    prefix = "t" + Integer.toHexString(test.getTestMethod().orElseThrow().getName().hashCode());
    org = new OrgId(prefix);
  }

  // ── lists ──

  @Test
  void a_list_shows_a_device_as_its_facts_say() {
    var id = id("tv-1");
    ports.journal(
        id,
        new Registered(org, "Lobby", "ada", T),
        new Tagged(new TreeSet<>(Set.of("b", "a")), "ada", T),
        new Disabled("ada", T),
        new CameOnline(1, NODE, T.plusSeconds(1)));
    catchUp();

    assertEquals(
        List.of(
            new DeviceView(
                id,
                org,
                "Lobby",
                new TreeSet<>(Set.of("a", "b")),
                Presence.ONLINE,
                T.plusSeconds(1),
                true,
                false,
                1,
                4,
                Hints.NONE)),
        list(Filter.ALL));
  }

  @Test
  void a_list_is_in_the_order_of_ids_capital_letters_first() {
    register("b", "B", "a-1", "a.1", "a_1", "a1", "A1");
    catchUp();
    assertEquals(ids("A1", "B", "a-1", "a.1", "a1", "a_1", "b"), ids(list(Filter.ALL)));
  }

  @Test
  void pages_follow_each_other_without_a_gap_while_devices_come_and_go() {
    register("d1", "d3", "d5", "d7");
    catchUp();
    var first = page(Filter.ALL, 2, Optional.empty());
    assertEquals(ids("d1", "d3"), ids(first.items()));

    register("d2", "d6");
    ports.journal(id("d3"), new WasRetired("ada", T));
    catchUp();

    var second = page(Filter.ALL, 2, first.next());
    assertEquals(ids("d5", "d6"), ids(second.items()));
    var third = page(Filter.ALL, 2, second.next());
    assertEquals(ids("d7"), ids(third.items()));
    assertEquals(Optional.empty(), third.next());
  }

  @Test
  void the_last_page_may_be_full() {
    register("d1", "d2");
    catchUp();
    assertEquals(Optional.empty(), page(Filter.ALL, 2, Optional.empty()).next());
  }

  @Test
  void a_token_that_no_page_has_given_is_refused() {
    for (String token : List.of("", "%%%", "bm9wZQ", "\0", "d1")) {
      assertThrows(
          IllegalArgumentException.class, () -> page(Filter.ALL, 2, Optional.of(token)), token);
    }
  }

  @Test
  void a_page_has_at_least_one_and_at_most_500_devices() {
    assertThrows(IllegalArgumentException.class, () -> page(Filter.ALL, 0, Optional.empty()));
    assertThrows(IllegalArgumentException.class, () -> page(Filter.ALL, 501, Optional.empty()));
  }

  @Test
  void filters_are_exact_for_status_and_tag() {
    register("d1", "d2", "d3");
    ports.journal(id("d1"), new Tagged(new TreeSet<>(Set.of("floor:1")), "ada", T));
    ports.journal(id("d2"), new Tagged(new TreeSet<>(Set.of("floor:10")), "ada", T));
    ports.journal(id("d2"), new CameOnline(1, NODE, T));
    catchUp();

    assertEquals(ids("d1"), ids(list(tag("floor:1"))));
    assertEquals(ids("d2"), ids(list(status(Presence.ONLINE))));
    assertEquals(ids("d1", "d3"), ids(list(status(Presence.NEVER_SEEN))));
    assertEquals(
        ids(),
        ids(
            list(
                new Filter(
                    Optional.of(Presence.ONLINE), Optional.of("floor:1"), Optional.empty()))));
  }

  @Test
  void text_is_looked_for_in_id_and_name_without_regard_to_case() {
    register("d1", "Dx2");
    ports.journal(id("d1"), new Renamed("Front DESK", "ada", T));
    ports.journal(id("Dx2"), new Renamed("100%_!\\ sure", "ada", T));
    catchUp();

    assertEquals(ids("d1"), ids(list(text("desk"))));
    assertEquals(ids("Dx2"), ids(list(text("dX"))));
    // The signs of a pattern are ordinary signs.
    for (String sign : List.of("%", "_!", "!\\", "100%_!\\ s")) {
      assertEquals(ids("Dx2"), ids(list(text(sign))), sign);
    }
  }

  @Test
  void nobody_sees_devices_of_another_organisation() {
    register("d1");
    catchUp();
    var other = new OrgId(prefix + "x");
    assertEquals(
        List.of(), await(ports.roster().list(other, Filter.ALL, 10, Optional.empty())).items());
    assertEquals(List.of(), await(ports.roster().picture(other)).devices());
  }

  @Test
  void a_retired_device_is_in_no_list_picture_or_tag() {
    register("d1", "d2");
    for (String name : List.of("d1", "d2")) {
      ports.journal(id(name), new Tagged(new TreeSet<>(Set.of("x")), "ada", T));
    }
    ports.journal(id("d1"), new WasRetired("ada", T));
    catchUp();

    assertEquals(ids("d2"), ids(list(Filter.ALL)));
    assertEquals(ids("d2"), ids(await(ports.roster().picture(org)).devices()));
    assertEquals(ids("d2"), await(ports.roster().tagged(org, "x", 10)));
  }

  // ── tags ──

  @Test
  void devices_are_found_by_the_tags_they_have_now() {
    register("d1", "d2", "d3");
    for (String name : List.of("d1", "d2", "d3")) {
      ports.journal(id(name), new Tagged(new TreeSet<>(Set.of("x", "y")), "ada", T));
    }
    ports.journal(id("d2"), new Untagged(new TreeSet<>(Set.of("x")), "ada", T));
    catchUp();

    assertEquals(ids("d1", "d3"), await(ports.roster().tagged(org, "x", 10)));
    assertEquals(ids("d1"), await(ports.roster().tagged(org, "x", 1)));
    assertEquals(ids("d1", "d2", "d3"), await(ports.roster().tagged(org, "y", 10)));
  }

  // ── catching up ──

  @Test
  void it_has_caught_up_only_when_the_table_has_what_was_stored_at_the_mark() {
    register("d1");
    catchUp();
    ports.holdBack();
    ports.journal(id("d1"), new Renamed("later", "ada", T));

    var caughtUp = ports.roster().caughtUp(await(ports.roster().head())).toCompletableFuture();
    assertEquals("d1", await(ports.roster().picture(org)).devices().getFirst().name());
    assertFalse(caughtUp.isDone());

    ports.goOn();
    await(caughtUp);
    assertEquals("later", await(ports.roster().picture(org)).devices().getFirst().name());
  }

  @Test
  void many_who_wait_for_different_marks_are_all_told() {
    var waiting = new ArrayList<CompletionStage<Void>>();
    for (int i = 0; i < 30; i++) {
      register("d" + i);
      waiting.add(ports.roster().head().thenCompose(ports.roster()::caughtUp));
    }
    waiting.forEach(Eventually::await);
    assertEquals(30, await(ports.roster().picture(org)).devices().size());
  }

  // ── the watchman ──

  @Test
  void overdue_are_the_away_whose_deadline_has_passed_and_the_online_on_nodes_that_are_gone() {
    var gone = new NodeId("node-a#1");
    register("late", "later", "waiting", "here", "lost", "off");
    away("late", T.plusSeconds(60));
    away("later", T.plusSeconds(70));
    away("waiting", T.plusSeconds(500));
    ports.journal(id("here"), new CameOnline(1, NODE, T));
    ports.journal(id("lost"), new CameOnline(1, gone, T));
    away("off", T.plusSeconds(10));
    ports.journal(id("off"), new WentOffline(1, T.plusSeconds(10)));
    catchUp();

    var now = T.plusSeconds(100);
    var living = Set.of(NODE, new NodeId("node-c#1"));
    assertEquals(ids("lost", "late", "later"), mine(overdue(now, living)));
    assertEquals(ids("lost", "late"), mine(overdue(now, living)).subList(0, 2));
    assertEquals(ids("late", "later"), mine(overdue(now, Set.of(NODE, gone))));
    assertEquals(
        Set.copyOf(ids("here", "lost", "late", "later")), Set.copyOf(mine(overdue(now, Set.of()))));
    assertEquals(1, await(ports.roster().overdue(now, Set.of(), 1)).size());
  }

  private List<DeviceId> overdue(Instant now, Set<NodeId> living) {
    return await(ports.roster().overdue(now, living, 1_000));
  }

  private List<DeviceId> mine(List<DeviceId> all) {
    return all.stream().filter(id -> id.value().startsWith(prefix)).toList();
  }

  private void away(String name, Instant deadline) {
    ports.journal(
        id(name), new CameOnline(1, NODE, T), new WentAway(1, AwayReason.GOODBYE, deadline, T));
  }

  // ── hints ──

  @Test
  void hints_are_shown_beside_the_facts_and_the_newest_of_a_batch_wins() {
    register("d1", "d2");
    catchUp();
    var full = hints(T.plusSeconds(2), "1.2.3");
    keep(seen("d1", hints(T.plusSeconds(1), "1.2.2")), seen("d1", full), seen("d1", hints(T, "0")));
    var bare = new Hints(Optional.of(T), Optional.empty(), Load.UNKNOWN, 0);
    keep(seen("d2", bare));

    assertEquals(List.of(full, bare), list(Filter.ALL).stream().map(DeviceView::hints).toList());
  }

  @Test
  void hints_of_one_device_are_what_was_kept_last() {
    register("d1", "d2");
    catchUp();
    keep(seen("d1", hints(T.plusSeconds(1), "1")), seen("d1", hints(T.plusSeconds(2), "2")));
    var last = Optional.of(hints(T.plusSeconds(2), "2"));
    assertEquals(last, await(ports.roster().hints(id("d1"))));
    assertEquals(Optional.empty(), await(ports.roster().hints(id("d2"))));
    assertEquals(Optional.empty(), await(ports.roster().hints(id("nobody"))));
  }

  @Test
  void older_hints_change_nothing_and_newer_ones_replace() {
    register("d1");
    catchUp();
    keep(seen("d1", hints(T.plusSeconds(2), "2")));
    keep(seen("d1", hints(T.plusSeconds(1), "1")));
    assertEquals(Optional.of("2"), list(Filter.ALL).getFirst().hints().appVersion());
    keep(seen("d1", hints(T.plusSeconds(3), "3")));
    assertEquals(Optional.of("3"), list(Filter.ALL).getFirst().hints().appVersion());
  }

  @Test
  void a_count_of_what_is_pending_lands_without_a_sighting_and_leaves_the_rest() {
    register("d1", "d2");
    catchUp();
    var counted = new Hints(Optional.empty(), Optional.empty(), Load.UNKNOWN, 7);
    keep(seen("d1", hints(T, "1")));
    keep(seen("d1", counted), seen("d2", counted));
    var said = hints(T, "1");
    var kept = new Hints(said.lastSeen(), said.appVersion(), said.load(), 7, said.showing());
    assertEquals(List.of(kept, counted), list(Filter.ALL).stream().map(DeviceView::hints).toList());
  }

  @Test
  void hints_about_unknown_devices_and_of_other_organisations_are_skipped() {
    register("d1");
    catchUp();
    keep(
        seen("unknown", hints(T, "1")), new Seen(id("d1"), new OrgId(prefix + "x"), hints(T, "1")));
    register("unknown");
    catchUp();
    assertTrue(list(Filter.ALL).stream().allMatch(v -> v.hints().equals(Hints.NONE)));
  }

  @Test
  void a_version_that_no_store_can_hold_does_not_spoil_the_batch() {
    register("d1", "d2");
    catchUp();
    keep(seen("d1", hints(T, "1\0\uD800")), seen("d2", hints(T, "2")));
    assertEquals(Optional.of("2"), list(Filter.ALL).getLast().hints().appVersion());
  }

  @Test
  void what_was_kept_of_one_device_can_be_asked_for() {
    register("d1", "d2");
    catchUp();
    var kept = hints(T, "1.2.3");
    keep(seen("d1", kept));
    assertEquals(Optional.of(kept), await(ports.roster().hints(id("d1"))));
    assertEquals(Optional.empty(), await(ports.roster().hints(id("d2"))));
    assertEquals(Optional.empty(), await(ports.roster().hints(id("nobody"))));
  }

  @Test
  void what_is_shown_is_kept_as_a_whole_and_stays_when_nothing_is_said_of_it() {
    register("d1");
    catchUp();
    keep(seen("d1", hints(T, "1")));
    var bare =
        new Showing(
            Optional.empty(),
            Optional.empty(),
            Optional.of("boot"),
            Optional.empty(),
            Optional.of(""));
    var silent = new Hints(Optional.of(T.plusSeconds(1)), Optional.empty(), Load.UNKNOWN, 0);
    keep(seen("d1", silent));
    assertEquals(hints(T, "1").showing(), list(Filter.ALL).getFirst().hints().showing());
    keep(
        seen(
            "d1",
            new Hints(
                Optional.of(T.plusSeconds(2)),
                Optional.empty(),
                Load.UNKNOWN,
                0,
                Optional.of(bare))));
    assertEquals(Optional.of(bare), list(Filter.ALL).getFirst().hints().showing());
    assertEquals(Optional.of(bare), await(ports.roster().hints(id("d1"))).orElseThrow().showing());
  }

  private static Hints hints(Instant at, String version) {
    return new Hints(
        Optional.of(at),
        Optional.of(version),
        new Load(12.5, 80, 61, 44.5, 12),
        3,
        Optional.of(
            new Showing(
                Optional.of("movie"),
                Optional.of("morning"),
                Optional.of("playing"),
                Optional.of("cached"),
                Optional.of("2026-03-01T08:30:00.000Z"))));
  }

  private Seen seen(String name, Hints hints) {
    return new Seen(id(name), org, hints);
  }

  private void keep(Seen... batch) {
    await(ports.lastSeen().keep(List.of(batch)));
  }

  // ── as sentences ──

  private void register(String... names) {
    for (String name : names) {
      ports.journal(id(name), new Registered(org, name, "ada", T));
    }
  }

  private void catchUp() {
    await(ports.roster().head().thenCompose(ports.roster()::caughtUp));
  }

  private DeviceId id(String name) {
    return new DeviceId(prefix + "-" + name);
  }

  private List<DeviceId> ids(String... names) {
    return Arrays.stream(names).map(this::id).toList();
  }

  private static List<DeviceId> ids(List<DeviceView> views) {
    return views.stream().map(DeviceView::id).toList();
  }

  private Page<DeviceView> page(Filter filter, int size, Optional<String> token) {
    return await(ports.roster().list(org, filter, size, token));
  }

  private List<DeviceView> list(Filter filter) {
    return page(filter, 500, Optional.empty()).items();
  }

  private static Filter tag(String tag) {
    return new Filter(Optional.empty(), Optional.of(tag), Optional.empty());
  }

  private static Filter status(Presence presence) {
    return new Filter(Optional.of(presence), Optional.empty(), Optional.empty());
  }

  private static Filter text(String text) {
    return new Filter(Optional.empty(), Optional.empty(), Optional.of(text));
  }
}
