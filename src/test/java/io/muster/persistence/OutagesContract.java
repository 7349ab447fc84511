package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.notify.GraceRule;
import io.muster.actors.notify.GraceRule.Scope;
import io.muster.actors.notify.GraceRuleStore;
import io.muster.actors.notify.GraceRules;
import io.muster.actors.notify.Notification;
import io.muster.actors.notify.NotificationSettings;
import io.muster.actors.notify.Outage;
import io.muster.actors.notify.OutageBook;
import io.muster.actors.notify.OutageBook.Untold;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Outages, and what people are told of them, over devices in a table. */
@DisplayNameGeneration(ReplaceUnderscores.class)
abstract class OutagesContract {
  static final NotificationSettings SETTINGS = NotificationSettings.DEFAULT;
  private static final OrgId ACME = new OrgId("acme");
  private static final OrgId GLOBEX = new OrgId("globex");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Fleet fleet;
  private OutageBook book;

  abstract Database database();

  NotificationTable table() {
    return new SqlNotifications(database());
  }

  @BeforeEach
  void open_the_books() {
    await(
        database()
            .transaction(
                c -> {
                  for (String table :
                      List.of(
                          "device_view",
                          "device_tag",
                          "outage",
                          "notification",
                          "notification_outbox",
                          "notification_state",
                          "grace_rule")) {
                    try (var delete = c.createStatement()) {
                      delete.executeUpdate("delete from muster." + table);
                    }
                  }
                  return null;
                }));
    fleet = new Fleet(database());
    book = book(SETTINGS);
    look();
  }

  private OutageBook book(NotificationSettings settings) {
    return new SqlOutages(database(), table(), GraceRules.always(Duration.ofMinutes(2)), settings);
  }

  private OutageBook.Round look() {
    return await(book.reconcile(fleet.now));
  }

  private List<Notification> told(OrgId org) {
    return await(table().list(org, false, 500, Optional.empty())).items().reversed();
  }

  private List<String> types() {
    return told(ACME).stream().map(Notification::type).toList();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (Exception e) {
      throw new AssertionError(text, e);
    }
  }

  private List<Untold> untold() {
    return await(book.untold(500));
  }

  private List<DeviceId> down(OrgId org) {
    return await(book.open(org, 500, Optional.empty())).items().stream()
        .map(Outage::device)
        .toList();
  }

  private List<Outage> ended() {
    return await(book.closed(ACME, 500, Optional.empty())).items();
  }

  @Nested
  class A_device_that_goes_offline {
    private DeviceId tv;
    private Instant left;

    @BeforeEach
    void goes() {
      tv = fleet.online("tv-1", "acme", "lobby");
      left = fleet.now;
      fleet.goesOffline(tv);
    }

    @Test
    void is_told_of_with_all_that_its_row_needs() {
      fleet.passes(Duration.ofMillis(1));
      var round = look();
      var row = told(ACME).getFirst();
      assertEquals("device_offline", row.type());
      assertEquals("warning", row.severity());
      assertEquals("Device offline", row.title());
      assertEquals("TV tv-1 is offline.", row.message());
      assertEquals(
          json(
              "{\"deviceId\":\"tv-1\",\"deviceName\":\"TV tv-1\","
                  + "\"disconnectedAt\":\"2026-03-01T08:00:02.000Z\"}"),
          json(row.metadata()));
      assertEquals(Instant.parse("2026-03-01T08:00:02Z"), left);
      assertEquals(1, round.opened());
      assertEquals(1, round.openNow());
      assertEquals(List.of(Duration.ofMillis(1_001)), round.noticed());
    }

    @Test
    void is_told_of_once_however_often_and_from_wherever_one_looks() {
      look();
      look();
      book = book(SETTINGS);
      look();
      assertEquals(List.of("device_offline"), types());
    }

    @Test
    void is_told_of_again_when_it_is_back() {
      look();
      fleet.passes(Duration.ofHours(3));
      fleet.comes(tv);
      assertEquals(1, look().closed());
      look();
      assertEquals(List.of("device_offline", "device_online"), types());
      var back = told(ACME).getLast();
      assertEquals("info", back.severity());
      assertEquals("TV tv-1 is back online after 3 h 2 min.", back.message());
      assertEquals(3 * 3_600 + 122, json(back.metadata()).get("offlineSeconds").asLong());
    }

    @Test
    void is_two_outages_when_it_was_back_between_two_looks() {
      look();
      fleet.comes(tv);
      fleet.goesOffline(tv);
      look();
      assertEquals(List.of("device_offline", "device_offline", "device_online"), sorted());
      assertEquals(List.of(tv), down(ACME));
      assertEquals(1, ended().size());
    }

    @Test
    void is_another_outage_also_when_the_same_connection_was_found_again() {
      look();
      fleet.isFoundAgain(tv);
      look();
      fleet.goesOffline(tv);
      look();
      assertEquals(List.of("device_offline", "device_offline", "device_online"), sorted());
    }

    private List<String> sorted() {
      return types().stream().sorted().toList();
    }

    @Test
    void is_nobodys_business_any_more_once_it_is_retired() {
      look();
      fleet.retires(tv);
      assertEquals(1, look().closed());
      assertEquals(List.of("device_offline"), types());
      assertEquals(List.of(), down(ACME));
    }

    @Test
    void is_one_outage_when_it_is_disabled_for_a_while() {
      look();
      fleet.disables(tv);
      assertEquals(0, look().openNow());
      assertEquals(List.of(), down(ACME));
      fleet.enables(tv);
      assertEquals(1, look().openNow());
      assertEquals(List.of("device_offline"), types());
      assertEquals(List.of(tv), down(ACME));
    }

    @Test
    void is_the_same_outage_under_another_name() {
      look();
      fleet.renames(tv, "Foyer");
      look();
      assertEquals(List.of("device_offline"), types());
    }

    @Test
    void is_told_of_to_its_own_organisation_only() {
      look();
      assertEquals(List.of(), told(GLOBEX));
      assertEquals(List.of(), down(GLOBEX));
    }
  }

  @Test
  void a_device_that_is_merely_away_or_was_never_seen_is_no_outage() {
    fleet.registers("tv-0", "acme");
    fleet.goesAway(fleet.online("tv-1", "acme"));
    assertEquals(0, look().opened());
    assertEquals(List.of(), types());
    assertEquals(List.of(), down(ACME));
  }

  @Nested
  class One_that_stays_down {
    private DeviceId tv;

    @BeforeEach
    void goes() {
      tv = fleet.online("tv-1", "acme");
      fleet.goesOffline(tv);
      look();
    }

    @Test
    void is_reminded_of_each_day() {
      fleet.passes(Duration.ofHours(24).minusSeconds(1));
      assertEquals(0, look().reminded());
      fleet.passes(Duration.ofSeconds(1));
      assertEquals(1, look().reminded());
      assertEquals(0, look().reminded());
      fleet.passes(Duration.ofHours(24));
      look();
      assertEquals(
          List.of(0, 1, 2),
          told(ACME).stream().map(n -> json(n.metadata()).path("reminder").asInt()).toList());
      assertEquals("Device still offline", told(ACME).getLast().title());
      assertEquals("TV tv-1 has been offline for 2 d 2 min.", told(ACME).getLast().message());
      assertEquals(2, await(book.open(ACME, 1, Optional.empty())).items().getFirst().reminders());
    }

    @Test
    void is_never_reminded_of_when_nobody_wants_that() {
      book =
          book(new NotificationSettings(true, SETTINGS.interval(), Duration.ZERO, SETTINGS.keep()));
      fleet.passes(Duration.ofDays(60));
      assertEquals(0, look().reminded());
    }

    @Test
    void is_not_reminded_of_once_it_is_muted() {
      book = new SqlOutages(database(), table(), new Muted(), SETTINGS);
      fleet.passes(Duration.ofHours(25));
      look();
      fleet.comes(tv);
      look();
      assertEquals(List.of("device_offline"), types());
    }
  }

  /** Everybody is muted. */
  private static final class Muted implements GraceRules {
    @Override
    public Duration graceOf(DeviceId id, OrgId org, SortedSet<String> tags) {
      return Duration.ofMinutes(2);
    }

    @Override
    public boolean isMuted(DeviceId id, OrgId org, SortedSet<String> tags) {
      return true;
    }
  }

  @Nested
  class Nothing_is_told {
    @Test
    void of_those_who_were_down_when_the_books_were_opened_nor_of_their_return() {
      for (int n = 0; n < 3; n++) {
        fleet.goesOffline(fleet.online("tv-" + n, "acme"));
      }
      forgetThatBooksWereKept();
      assertEquals(3, look().openNow());
      fleet.passes(Duration.ofDays(3));
      fleet.comes(new DeviceId("tv-1"));
      look();
      assertEquals(List.of(), types());
      assertEquals(2, down(ACME).size());
      fleet.goesOffline(new DeviceId("tv-1"));
      look();
      assertEquals(List.of("device_offline"), types());
    }

    private void forgetThatBooksWereKept() {
      await(
          database()
              .query(
                  c -> {
                    try (var delete = c.createStatement()) {
                      return delete.executeUpdate("delete from muster.notification_state");
                    }
                  }));
    }

    @Test
    void of_a_muted_device_which_is_down_like_the_others() {
      book = new SqlOutages(database(), table(), new Muted(), SETTINGS);
      var tv = fleet.online("tv-1", "acme");
      fleet.goesOffline(tv);
      assertEquals(1, look().openNow());
      assertEquals(List.of(tv), down(ACME));
      book = book(SETTINGS);
      fleet.passes(Duration.ofDays(2));
      look();
      fleet.comes(tv);
      look();
      assertEquals(List.of(), types());
    }

    @Test
    void while_notifications_are_off_nor_later_of_what_began_then() {
      book =
          book(
              new NotificationSettings(
                  false, SETTINGS.interval(), SETTINGS.remindAfter(), SETTINGS.keep()));
      var tv = fleet.online("tv-1", "acme");
      fleet.goesOffline(tv);
      assertEquals(1, look().openNow());
      book = book(SETTINGS);
      fleet.passes(Duration.ofDays(2));
      look();
      fleet.comes(tv);
      look();
      assertEquals(List.of(), types());
    }
  }

  /** A table that behaves badly for some rows. */
  private final class Spoilt implements NotificationTable {
    private final NotificationTable good = table();
    private final Predicate<Notification> isBad;
    private final String sqlState;

    Spoilt(Predicate<Notification> isBad, String sqlState) {
      this.isBad = isBad;
      this.sqlState = sqlState;
    }

    @Override
    public String insertSql() {
      return good.insertSql();
    }

    @Override
    public void bind(PreparedStatement insert, Notification row) throws SQLException {
      if (isBad.test(row)) {
        throw new SQLException("spoilt", sqlState);
      }
      good.bind(insert, row);
    }

    @Override
    public CompletionStage<io.muster.actors.Page<Notification>> list(
        OrgId org, boolean unreadOnly, int size, Optional<String> token) {
      return good.list(org, unreadOnly, size, token);
    }

    @Override
    public CompletionStage<Optional<Notification>> read(OrgId org, String id, Instant now) {
      return good.read(org, id, now);
    }

    @Override
    public CompletionStage<Optional<Notification>> dismiss(OrgId org, String id, Instant now) {
      return good.dismiss(org, id, now);
    }
  }

  @Nested
  class When_something_goes_wrong {
    @Test
    void rule_69_a_notice_that_can_never_be_stored_is_set_aside_and_the_others_are_not() {
      book =
          new SqlOutages(
              database(),
              new Spoilt(n -> n.org().equals(GLOBEX), "23503"),
              GraceRules.always(Duration.ofMinutes(2)),
              SETTINGS);
      fleet.goesOffline(fleet.online("tv-0", "acme"));
      fleet.goesOffline(fleet.online("tv-1", "globex"));
      fleet.goesOffline(fleet.online("tv-2", "acme"));
      assertEquals(1, look().setAside());
      assertEquals(0, look().setAside());
      assertEquals(2, told(ACME).size());
      assertEquals(List.of(), told(GLOBEX));
      assertEquals(2, untold().size());
      assertEquals(1, down(GLOBEX).size());
    }

    @Test
    void a_round_that_fails_has_done_nothing_and_the_next_does_it_all() {
      book =
          new SqlOutages(
              database(),
              new Spoilt(n -> n.type().equals("device_online"), "08006"),
              GraceRules.always(Duration.ofMinutes(2)),
              SETTINGS);
      var back = fleet.online("tv-0", "acme");
      fleet.goesOffline(back);
      look();
      fleet.comes(back);
      fleet.goesOffline(fleet.online("tv-1", "acme"));
      assertThrows(ReadModelUnavailable.class, OutagesContract.this::look);
      assertEquals(List.of("device_offline"), types());
      book = book(SETTINGS);
      look();
      assertEquals(3, types().size());
      assertEquals(3, untold().size());
    }

    @Test
    void what_was_stored_and_not_told_is_told_later() {
      fleet.goesOffline(fleet.online("tv-1", "acme"));
      look();
      var first = untold();
      assertEquals(first, untold());
      await(book.told(first));
      assertEquals(List.of(), untold());
      assertEquals(told(ACME).getFirst().id(), first.getFirst().id());
    }
  }

  @Nested
  class What_is_told_at_once {
    private JsonNode payload() {
      return json(untold().getLast().payload());
    }

    @Test
    void is_the_whole_row_with_the_time() {
      fleet.goesOffline(fleet.online("tv-1", "acme"));
      look();
      var row = told(ACME).getFirst();
      var payload = payload();
      assertEquals(row.id(), payload.get("id").asText());
      assertEquals("acme", payload.get("organizationId").asText());
      assertEquals("tv-1", payload.at("/metadata/deviceId").asText());
      assertTrue(payload.get("dismissedAt").isNull() && payload.get("userId").isNull());
      assertEquals(payload.get("createdAt"), payload.get("timestamp"));
      assertEquals(24, payload.get("timestamp").asText().length());
    }

    @Test
    void of_a_device_that_is_back_has_also_the_fields_that_dashboards_know() {
      var tv = fleet.online("tv-1", "acme");
      fleet.goesOffline(tv);
      look();
      await(book.told(untold()));
      fleet.comes(tv);
      look();
      assertEquals("device_online", payload().get("type").asText());
      assertEquals("tv-1", payload().get("deviceId").asText());
      assertEquals("TV tv-1", payload().get("deviceName").asText());
    }
  }

  @Nested
  class The_list_of_who_is_down {
    @BeforeEach
    void some() {
      for (String name : List.of("c", "a", "b")) {
        fleet.goesOffline(fleet.online(name, "acme"));
      }
      fleet.goesOffline(fleet.online("d", "globex"));
      fleet.online("e", "acme");
    }

    @Test
    void is_right_before_anybody_has_looked() {
      assertEquals(List.of("a", "b", "c"), down(ACME).stream().map(DeviceId::value).toList());
    }

    @Test
    void comes_in_pages() {
      var first = await(book.open(ACME, 2, Optional.empty()));
      var second = await(book.open(ACME, 2, first.next()));
      assertEquals(2, first.items().size());
      assertEquals("c", second.items().getFirst().device().value());
      assertEquals(Optional.empty(), second.next());
    }

    @Test
    void of_those_who_were_comes_in_pages_too_the_latest_first() {
      look();
      for (String name : List.of("a", "c", "b")) {
        fleet.comes(new DeviceId(name));
        look();
      }
      var names = new ArrayList<String>();
      Optional<String> token = Optional.empty();
      do {
        var page = await(book.closed(ACME, 1, token));
        page.items().forEach(outage -> names.add(outage.device().value()));
        token = page.next();
      } while (token.isPresent());
      assertEquals(List.of("b", "c", "a"), names);
    }

    @Test
    void knows_only_its_own_pages() {
      for (String token : List.of("", "nope", "!!", Cursor.after("never now"))) {
        assertThrows(
            IllegalArgumentException.class,
            () -> await(book.closed(ACME, 1, Optional.of(token))),
            token);
      }
      assertThrows(
          IllegalArgumentException.class, () -> await(book.open(ACME, 1, Optional.of("nope"))));
      assertThrows(
          IllegalArgumentException.class, () -> await(book.open(ACME, 501, Optional.empty())));
    }
  }

  @Nested
  class Notifications {
    private List<Notification> stored;

    @BeforeEach
    void some() {
      for (String name : List.of("a", "b", "c")) {
        fleet.goesOffline(fleet.online(name, "acme"));
        look();
      }
      stored = told(ACME).reversed();
    }

    @Test
    void are_listed_in_pages_the_latest_first() {
      var first = await(table().list(ACME, false, 2, Optional.empty()));
      var second = await(table().list(ACME, false, 2, first.next()));
      assertEquals(stored.subList(0, 2), first.items());
      assertEquals(stored.subList(2, 3), second.items());
      assertEquals(Optional.empty(), second.next());
    }

    @Test
    void are_unread_until_somebody_reads_them() {
      var id = stored.getFirst().id();
      fleet.passes(Duration.ofMinutes(1));
      var read = await(table().read(ACME, id, fleet.now)).orElseThrow();
      assertTrue(read.read());
      assertNotEquals(stored.getFirst().updatedAt(), read.updatedAt());
      assertEquals(read, await(table().read(ACME, id, fleet.now.plusSeconds(9))).orElseThrow());
      assertEquals(2, await(table().list(ACME, true, 9, Optional.empty())).items().size());
      assertEquals(3, told(ACME).size());
    }

    @Test
    void leave_the_list_when_they_are_dismissed() {
      var id = stored.getFirst().id();
      assertTrue(
          await(table().dismiss(ACME, id, fleet.now)).orElseThrow().dismissedAt().isPresent());
      assertEquals(2, told(ACME).size());
    }

    @Test
    void of_others_cannot_be_touched() {
      var id = stored.getFirst().id();
      assertEquals(Optional.empty(), await(table().read(GLOBEX, id, fleet.now)));
      assertEquals(Optional.empty(), await(table().dismiss(ACME, "no such\0thing", fleet.now)));
      assertEquals(3, await(table().list(ACME, true, 9, Optional.empty())).items().size());
    }
  }

  @Test
  void what_has_ended_is_forgotten_and_what_lasts_is_not() {
    var back = fleet.online("tv-0", "acme");
    fleet.goesOffline(back);
    fleet.goesOffline(fleet.online("tv-1", "acme"));
    look();
    fleet.comes(back);
    look();
    await(book.forget(fleet.now.plusSeconds(1)));
    assertEquals(List.of(), ended());
    assertEquals(0, look().opened());
    assertEquals(1, down(ACME).size());
  }

  @Nested
  class Rules {
    private final GraceRuleStore rules = new SqlGraceRules(database());

    private GraceRule rule(OrgId org, Scope scope, String subject, int seconds) {
      return new GraceRule(org, scope, subject, Optional.of(Duration.ofSeconds(seconds)), false);
    }

    @Test
    void are_kept_by_subject_and_listed_from_the_narrowest() {
      await(rules.put(rule(ACME, Scope.ORGANIZATION, "", 60)));
      await(rules.put(rule(ACME, Scope.TAG, "lobby", 30)));
      await(rules.put(rule(ACME, Scope.TAG, "lobby", 40)));
      var mute = new GraceRule(ACME, Scope.DEVICE, "tv-1", Optional.empty(), true);
      await(rules.put(mute));
      await(rules.put(rule(GLOBEX, Scope.TAG, "lobby", 50)));
      assertEquals(
          List.of(mute, rule(ACME, Scope.TAG, "lobby", 40), rule(ACME, Scope.ORGANIZATION, "", 60)),
          await(rules.of(ACME)));
      assertEquals(4, await(rules.all()).size());
    }

    @Test
    void are_removed_once() {
      await(rules.put(rule(ACME, Scope.TAG, "lobby", 30)));
      assertEquals(false, await(rules.remove(GLOBEX, Scope.TAG, "lobby")));
      assertEquals(true, await(rules.remove(ACME, Scope.TAG, "lobby")));
      assertEquals(false, await(rules.remove(ACME, Scope.TAG, "lobby")));
    }
  }
}
