package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static io.muster.support.Eventually.eventually;
import static io.muster.support.OneGateway.fresh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.Load;
import io.muster.actors.OrgId;
import io.muster.actors.Presence;
import io.muster.support.CmsSchema;
import io.muster.support.CmsStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CmsPresenceIT {
  private static final OrgId ACME = new OrgId("acme");
  private static CmsStore store;
  private static CmsPresence presence;

  private CmsSchema cms;
  private String tv;

  @BeforeAll
  static void open() {
    store = new CmsStore();
    presence = new CmsPresence(store.database(), store.clock());
    store.cms().organization("acme", "active");
  }

  @AfterAll
  static void close() {
    presence.close();
    store.close();
  }

  @BeforeEach
  void a_device() {
    cms = store.cms();
    tv = fresh("tv");
    store.pass(Duration.ofMinutes(10));
  }

  private DeviceView view(String id, Presence is, Instant since, long seq) {
    return new DeviceView(
        new DeviceId(id),
        ACME,
        id,
        new TreeSet<>(),
        is,
        since,
        false,
        false,
        1,
        seq,
        DeviceView.Hints.NONE);
  }

  private void changed(Presence is, Instant since, long seq) {
    presence.changed(view(tv, is, since, seq));
  }

  private Seen seen(String id, OrgId org, Instant at, Optional<String> version) {
    return new Seen(
        new DeviceId(id), org, new DeviceView.Hints(Optional.of(at), version, Load.UNKNOWN, 0));
  }

  private void keep(Instant at) {
    await(presence.keep(List.of(seen(tv, ACME, at, Optional.empty()))));
  }

  private void eventuallyIs(String status) {
    eventually(status, () -> status().equals(status));
  }

  private String status() {
    return cms.ofDevice(tv, "status").orElseThrow();
  }

  private Optional<Instant> lastHeartbeat() {
    return cms.timeOfDevice(tv, "lastHeartbeat");
  }

  /** A change of a device of its own that was told last has arrived: so have all before it. */
  private void whatWasToldIsWritten() {
    var other = fresh("marker");
    cms.device(other, "acme", Map.of());
    presence.changed(view(other, Presence.ONLINE, store.now(), 1));
    eventually("the marker", () -> cms.ofDevice(other, "status").equals(Optional.of("online")));
  }

  @Nested
  class A_change {
    @Test
    void to_online_is_written_within_a_moment() {
      cms.device(tv, "acme", Map.of());
      changed(Presence.ONLINE, store.now(), 2);
      eventuallyIs("online");
      assertEquals(Optional.of(store.now()), lastHeartbeat());
      assertEquals(Optional.of(store.now()), cms.timeOfDevice(tv, "updatedAt"));
    }

    @Test
    void to_away_is_nothing_until_it_is_missing() {
      cms.device(tv, "acme", Map.of("status", "online"));
      changed(Presence.RECONNECTING, store.now(), 3);
      whatWasToldIsWritten();
      assertEquals("online", status());
      presence.missing(view(tv, Presence.RECONNECTING, store.now(), 3));
      eventuallyIs("offline");
    }

    @Test
    void to_offline_is_written() {
      cms.device(tv, "acme", Map.of("status", "online"));
      changed(Presence.OFFLINE, store.now(), 4);
      eventuallyIs("offline");
    }

    @Test
    void that_is_older_than_another_does_not_count() {
      cms.device(tv, "acme", Map.of());
      changed(Presence.ONLINE, store.now(), 6);
      presence.missing(view(tv, Presence.RECONNECTING, store.now().minusSeconds(20), 5));
      eventuallyIs("online");
    }

    @Test
    void to_offline_does_not_undo_what_was_seen_since() {
      cms.device(tv, "acme", Map.of("status", "online", "lastHeartbeat", store.now()));
      changed(Presence.OFFLINE, store.now().minusSeconds(60), 4);
      whatWasToldIsWritten();
      assertEquals("online", status());
    }

    @Test
    void to_offline_leaves_a_device_alone_that_is_being_paired() {
      cms.device(tv, "acme", Map.of("status", "pairing"));
      changed(Presence.OFFLINE, store.now(), 4);
      whatWasToldIsWritten();
      assertEquals("pairing", status());
    }

    @Test
    void rule_68_of_a_device_without_a_row_or_of_another_organisation_writes_nothing() {
      var stranger = fresh("tv");
      cms.organization("other-" + stranger, "active");
      cms.device(stranger, "other-" + stranger, Map.of());
      presence.changed(view(stranger, Presence.ONLINE, store.now(), 1));
      presence.changed(view(fresh("ghost"), Presence.ONLINE, store.now(), 1));
      whatWasToldIsWritten();
      assertEquals(Optional.of("offline"), cms.ofDevice(stranger, "status"));
    }
  }

  @Nested
  class Last_seen {
    @Test
    void rule_61_is_written_for_many_in_one_statement() {
      var other = fresh("tv");
      cms.device(tv, "acme", Map.of("status", "online"));
      cms.device(other, "acme", Map.of("status", "online"));
      await(
          presence.keep(
              List.of(
                  seen(tv, ACME, store.now().minusSeconds(9), Optional.empty()),
                  seen(tv, ACME, store.now(), Optional.empty()),
                  seen(other, ACME, store.now(), Optional.empty()))));
      assertEquals(Optional.of(store.now()), lastHeartbeat());
      assertEquals(Optional.of(store.now()), cms.timeOfDevice(other, "lastHeartbeat"));
      assertEquals(Optional.of(store.now()), cms.timeOfDevice(tv, "updatedAt"));
    }

    @Test
    void never_falls() {
      cms.device(tv, "acme", Map.of("lastHeartbeat", store.now()));
      keep(store.now().minusSeconds(30));
      assertEquals(Optional.of(store.now()), lastHeartbeat());
    }

    @Test
    void corrects_a_device_that_was_marked_offline_while_it_was_here() {
      cms.device(tv, "acme", Map.of("updatedAt", store.now().minusSeconds(20)));
      keep(store.now().minusSeconds(5));
      assertEquals("online", status());
    }

    @Test
    void from_before_a_device_left_does_not_bring_it_back() {
      cms.device(tv, "acme", Map.of("updatedAt", store.now().minusSeconds(5)));
      keep(store.now().minusSeconds(20));
      assertEquals("offline", status());
    }

    @Test
    void of_another_organisation_is_not_written() {
      cms.device(tv, "acme", Map.of());
      await(presence.keep(List.of(seen(tv, new OrgId("other"), store.now(), Optional.of("9")))));
      assertEquals(Optional.empty(), lastHeartbeat());
    }

    @Test
    void fails_when_the_table_is_away_and_says_so() {
      try (var broken = new CmsStore();
          var lost = new CmsPresence(broken.database(), broken.clock())) {
        broken.cms().execute("drop table devices cascade");
        assertThrows(
            RuntimeException.class,
            () -> await(lost.keep(List.of(seen("tv", ACME, store.now(), Optional.empty())))));
      }
    }
  }

  @Nested
  class The_version_of_an_app {
    private Optional<String> metadata() {
      return cms.ofDevice(tv, "metadata");
    }

    private void keep(String version) {
      store.pass(Duration.ofSeconds(30));
      await(presence.keep(List.of(seen(tv, ACME, store.now(), Optional.of(version)))));
    }

    @Test
    void rule_10_is_laid_over_the_metadata() {
      cms.device(tv, "acme", Map.of("metadata", "{\"os\":\"tizen\",\"appVersion\":\"1\"}"));
      keep("2");
      assertEquals(Optional.of("{\"os\": \"tizen\", \"appVersion\": \"2\"}"), metadata());
    }

    @Test
    void makes_metadata_where_there_is_none() {
      cms.device(tv, "acme", Map.of());
      keep("2");
      assertEquals(Optional.of("{\"appVersion\": \"2\"}"), metadata());
    }
  }

  @Nested
  class After_an_outage {
    @Test
    void what_was_told_meanwhile_is_written() {
      try (var late = new CmsStore();
          var patient = new CmsPresence(late.database(), late.clock())) {
        late.cms().organization("acme", "active");
        late.cms().device(tv, "acme", Map.of());
        late.cms().execute("alter table devices rename to devices_away");
        patient.changed(view(tv, Presence.ONLINE, late.now(), 1));
        eventually("it was tried in vain", patient::isAway);
        late.cms().execute("alter table devices_away rename to devices");
        eventually("online", () -> late.cms().ofDevice(tv, "status").equals(Optional.of("online")));
      }
    }
  }
}
