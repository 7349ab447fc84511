package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static io.muster.support.OneGateway.fresh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.Registry;
import io.muster.support.CmsStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CmsRegistryIT {
  private static final String OLD = "a".repeat(64);
  private static final String NEW = "b".repeat(64);
  private static final OrgId ACME = new OrgId("acme");
  private static CmsStore store;
  private static Registry registry;

  private DeviceId tv;

  @BeforeAll
  static void open() {
    store = new CmsStore();
    registry = new CmsRegistry(store.database(), store.clock());
    store.cms().organization("acme", "active");
  }

  @AfterAll
  static void close() {
    store.close();
  }

  @BeforeEach
  void a_device() {
    tv = new DeviceId(fresh("tv"));
  }

  private void device(Map<String, ?> more) {
    store.cms().device(tv.value(), "acme", more);
  }

  private Registry.Entry entry() {
    return await(registry.find(tv)).orElseThrow();
  }

  @Nested
  class A_row {
    @Test
    void says_who_a_device_is() {
      device(
          Map.of(
              "nickname",
              "Lobby",
              "jwtToken",
              OLD,
              "metadata",
              "{\"qrOverlay\":{\"enabled\":true},\"appVersion\":\"1\"}"));
      assertEquals(
          new Registry.Entry(
              ACME, "Lobby", false, Optional.of(OLD), Optional.of("{\"enabled\": true}")),
          entry());
    }

    @Test
    void may_say_little() {
      device(Map.of("isDisabled", true, "metadata", "{\"qrOverlay\":null}"));
      assertEquals(
          new Registry.Entry(ACME, tv.value(), true, Optional.empty(), Optional.empty()), entry());
    }

    @Test
    void that_is_not_there_is_told_as_such() {
      assertEquals(Optional.empty(), await(registry.find(tv)));
    }

    @Test
    void that_cannot_be_read_is_never_told_as_missing() {
      try (var broken = new CmsStore()) {
        broken.cms().execute("drop table devices cascade");
        assertThrows(
            ReadModelUnavailable.class,
            () -> await(new CmsRegistry(broken.database(), broken.clock()).find(tv)));
      }
    }
  }

  @Nested
  class A_newer_token {
    @Test
    void takes_the_place_of_the_former() {
      device(Map.of("jwtToken", OLD));
      assertTrue(await(registry.tokenUsed(tv, ACME, OLD, NEW)));
      assertEquals(Optional.of(NEW), entry().tokenHash());
      assertEquals(Optional.of(store.now()), store.cms().timeOfDevice(tv.value(), "updatedAt"));
    }

    @Test
    void that_has_its_place_already_keeps_it() {
      device(Map.of("jwtToken", NEW));
      assertTrue(await(registry.tokenUsed(tv, ACME, OLD, NEW)));
    }

    @Test
    void rule_68_does_not_drive_another_away() {
      device(Map.of("jwtToken", "c".repeat(64)));
      assertFalse(await(registry.tokenUsed(tv, ACME, OLD, NEW)));
      assertFalse(await(registry.tokenUsed(tv, new OrgId("other"), "c".repeat(64), NEW)));
      assertEquals(Optional.of("c".repeat(64)), entry().tokenHash());
    }

    @Test
    void makes_no_row() {
      assertFalse(await(registry.tokenUsed(tv, ACME, OLD, NEW)));
      assertEquals(Optional.empty(), await(registry.find(tv)));
    }
  }

  @Nested
  class Organisations {
    @Test
    void that_are_suspended_are_told() {
      store.cms().organization("late", "past_due");
      store.cms().organization("gone", "suspended");
      assertEquals(Set.of(new OrgId("gone")), await(new CmsTenants(store.database()).all()));
    }
  }
}
