package io.muster.persistence;

import static io.muster.support.Eventually.await;
import static io.muster.support.OneGateway.fresh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.content.Content;
import io.muster.actors.content.ContentSource;
import io.muster.actors.content.ContentSource.Effective;
import io.muster.actors.content.PlaylistJson;
import io.muster.support.CmsSchema;
import io.muster.support.CmsStore;
import io.muster.support.MemoryTelemetry;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CmsContentIT {
  private static final String MONDAY_MORNING = "2026-03-02T09:00:00Z";
  private static CmsStore store;
  private static final MemoryTelemetry TELEMETRY = new MemoryTelemetry();
  private static ContentSource source;

  private CmsSchema cms;
  private String org;
  private String tv;

  @BeforeAll
  static void open() {
    store = new CmsStore();
    source = source(store);
  }

  private static ContentSource source(CmsStore store) {
    return new CmsContent(
        store.database(),
        new PlaylistJson(Optional.of("https://api.example")),
        TELEMETRY,
        store.clock());
  }

  @AfterAll
  static void close() {
    store.close();
  }

  @BeforeEach
  void a_device_with_a_playlist() {
    store.at(MONDAY_MORNING);
    cms = store.cms();
    org = fresh("org");
    tv = fresh("tv");
    cms.organization(org, "active");
    playlist("current", "poster");
    cms.device(tv, org, Map.of("currentPlaylistId", own("current")));
  }

  private String own(String name) {
    return name + "-" + org;
  }

  private void playlist(String name, String... contents) {
    cms.playlist(own(name), org, Map.of());
    for (String content : contents) {
      cms.content(own(content), org, Map.of());
      cms.item(own(name), own(content), Map.of());
    }
  }

  private void schedule(String playlist, Map<String, ?> more) {
    cms.schedule(fresh("s"), org, own(playlist), more);
  }

  private Effective effective() {
    return await(source.resolve(new DeviceId(tv), new OrgId(org)));
  }

  private Content shown() {
    return effective().content().orElseThrow();
  }

  private static JsonNode parsed(Content content) {
    try {
      return new ObjectMapper().readTree(content.playlist());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> contents() {
    return StreamSupport.stream(parsed(shown()).get("items").spliterator(), false)
        .map(item -> item.get("contentId").asText())
        .toList();
  }

  @Nested
  class A_device {
    @Test
    void shows_the_playlist_that_is_assigned_to_it() {
      assertEquals(own("current"), shown().playlistId());
      assertEquals(Content.Origin.CURRENT_PLAYLIST, shown().origin());
      assertEquals(CmsSchema.WRITTEN, shown().changedAt());
      assertEquals(Optional.empty(), effective().until());
      assertTrue(source.changesByItself());
    }

    @Test
    void shows_nothing_when_nothing_is_assigned() {
      cms.execute("update devices set \"currentPlaylistId\" = null where id = ?", tv);
      assertEquals(Effective.NOTHING, effective());
    }

    @Test
    void shows_nothing_when_it_is_disabled_or_not_there() {
      cms.execute("update devices set \"isDisabled\" = true where id = ?", tv);
      assertEquals(Effective.NOTHING, effective());
      assertEquals(
          Effective.NOTHING, await(source.resolve(new DeviceId(fresh("none")), new OrgId(org))));
    }
  }

  @Nested
  class A_schedule {
    @Test
    void goes_before_what_is_assigned_while_it_lasts() {
      playlist("lunch", "menu");
      schedule("lunch", Map.of("displayId", tv, "startTime", 8 * 60, "endTime", 10 * 60));
      assertEquals(own("lunch"), shown().playlistId());
      assertEquals(Content.Origin.SCHEDULE, shown().origin());
      assertEquals(Optional.of(Instant.parse("2026-03-02T10:00:00Z")), effective().until());
      store.at("2026-03-02T10:00:00Z");
      assertEquals(own("current"), shown().playlistId());
      assertEquals(Optional.of(Instant.parse("2026-03-03T08:00:00Z")), effective().until());
    }

    @Test
    void follows_the_clock_on_the_devices_wall() {
      cms.execute("update devices set timezone = 'America/New_York' where id = ?", tv);
      playlist("early", "menu");
      schedule("early", Map.of("displayId", tv, "startTime", 3 * 60, "endTime", 5 * 60));
      assertEquals(own("early"), shown().playlistId());
    }

    @Test
    void counts_for_the_groups_of_a_device() {
      playlist("group", "menu");
      var lobby = fresh("lobby");
      schedule("group", Map.of("displayGroupId", lobby));
      assertEquals(own("current"), shown().playlistId());
      cms.member(lobby, tv);
      assertEquals(own("group"), shown().playlistId());
    }

    @Test
    void of_a_higher_priority_wins_whomever_it_names() {
      playlist("low", "a");
      playlist("high", "b");
      var lobby = fresh("lobby");
      cms.member(lobby, tv);
      schedule("low", Map.of("displayId", tv, "priority", 1));
      schedule("high", Map.of("displayGroupId", lobby, "priority", 2));
      assertEquals(own("high"), shown().playlistId());
    }

    @Test
    void that_is_switched_off_or_over_or_yet_to_come_or_anothers_does_not_count() {
      playlist("other", "menu");
      var neighbour = fresh("tv");
      cms.device(neighbour, org, Map.of());
      schedule("other", Map.of("displayId", tv, "isActive", false));
      schedule(
          "other", Map.of("displayId", tv, "endDate", Instant.parse("2026-03-02T08:59:59.999Z")));
      schedule(
          "other", Map.of("displayId", tv, "startDate", Instant.parse("2026-03-02T09:00:01Z")));
      schedule("other", Map.of("displayId", tv, "daysOfWeek", List.of(3)));
      schedule("other", Map.of("displayId", neighbour));
      assertEquals(own("current"), shown().playlistId());
      assertEquals(Optional.of(Instant.parse("2026-03-02T09:00:01Z")), effective().until());
    }

    @Test
    void makes_the_version_as_new_as_itself() {
      playlist("lunch", "menu");
      var changed = Instant.parse("2026-02-02T10:11:12.131Z");
      schedule("lunch", Map.of("displayId", tv, "updatedAt", changed));
      assertEquals(changed, shown().changedAt());
    }
  }

  @Nested
  class Content_ {
    @Test
    void goes_out_in_the_order_of_its_items() {
      cms.content(own("first"), org, Map.of());
      cms.item(own("current"), own("first"), Map.of("order", -1, "duration", 7));
      assertEquals(List.of(own("first"), own("poster")), contents());
      assertEquals(7, parsed(shown()).at("/items/0/duration").intValue());
    }

    @Test
    void rule_34_that_is_archived_or_expired_is_left_out_and_its_time_is_not() {
      var archived = Instant.parse("2026-03-01T00:00:00.001Z");
      var expired = Instant.parse("2026-03-01T00:00:00.002Z");
      cms.content(own("a"), org, Map.of("status", "archived", "updatedAt", archived));
      cms.content(own("b"), org, Map.of("expiresAt", expired));
      cms.content(own("c"), org, Map.of("expiresAt", Instant.parse("2026-03-02T09:30:00Z")));
      for (String content : List.of("a", "b", "c")) {
        cms.item(own("current"), own(content), Map.of());
      }
      assertEquals(List.of(own("poster"), own("c")), contents());
      assertEquals(expired, shown().changedAt());
      assertEquals(Optional.of(Instant.parse("2026-03-02T09:30:00Z")), effective().until());
    }

    @Test
    void rule_49_has_stored_files_and_secrets_handled() {
      cms.content(
          own("w"),
          org,
          Map.of(
              "url",
              "minio://b/w",
              "metadata",
              "{\"isWidget\":true,\"widgetType\":\"generic-api\",\"widgetConfig\":{\"k\":\"s3cret\"}}"));
      cms.item(own("current"), own("w"), Map.of());
      var json = parsed(shown());
      assertEquals(
          "https://api.example/api/v1/device-content/%s/file".formatted(own("w")),
          json.at("/items/1/content/url").asText());
      assertTrue(!shown().playlist().contains("s3cret"));
    }
  }

  @Nested
  class Zones_of_a_layout {
    @Test
    void rule_45_carry_what_is_the_organisations_and_nothing_else() {
      var other = fresh("other");
      cms.organization(other, "active");
      cms.playlist("theirs-" + org, other, Map.of());
      cms.content("their-content-" + org, other, Map.of());
      playlist("zone", "clip");
      cms.content(own("ticker"), org, Map.of("updatedAt", Instant.parse("2026-02-05T00:00:00Z")));
      cms.content(
          own("layout"),
          org,
          Map.of(
              "type",
              "layout",
              "metadata",
              """
              {"zones":[{"playlistId":"%s"},{"contentId":"%s"},{"playlistId":"theirs-%s"},
                {"contentId":"their-content-%s"}]}"""
                  .formatted(own("zone"), own("ticker"), org, org)));
      cms.item(own("current"), own("layout"), Map.of());
      var zones = parsed(shown()).at("/items/1/content/metadata/zones");
      assertEquals(own("clip"), zones.at("/0/resolvedPlaylist/items/0/contentId").asText());
      assertEquals(own("ticker"), zones.at("/1/resolvedContent/id").asText());
      assertEquals(1, zones.get(2).size(), zones::toString);
      assertEquals(1, zones.get(3).size(), zones::toString);
      assertEquals(Instant.parse("2026-02-05T00:00:00Z"), shown().changedAt());
    }
  }

  @Nested
  class Rule_45_another_organisation {
    private String other;

    @BeforeEach
    void with_rows_that_point_across() {
      other = fresh("other");
      cms.organization(other, "active");
      cms.playlist("theirs-" + org, other, Map.of());
      cms.content("their-content-" + org, other, Map.of());
    }

    @Test
    void has_no_device_here() {
      assertEquals(Effective.NOTHING, await(source.resolve(new DeviceId(tv), new OrgId(other))));
    }

    @Test
    void has_no_playlist_here() {
      cms.execute("update devices set \"currentPlaylistId\" = ? where id = ?", "theirs-" + org, tv);
      assertEquals(Optional.empty(), effective().content());
    }

    @Test
    void has_no_schedule_here() {
      cms.schedule(fresh("s"), other, own("current"), Map.of("displayId", tv));
      cms.schedule(fresh("s"), org, "theirs-" + org, Map.of("displayId", tv));
      assertEquals(Content.Origin.CURRENT_PLAYLIST, shown().origin());
      assertEquals(Optional.empty(), effective().until());
    }

    @Test
    void has_no_content_here() {
      cms.item(own("current"), "their-content-" + org, Map.of());
      assertEquals(List.of(own("poster")), contents());
    }
  }

  @Nested
  class A_fleet {
    @Test
    void that_asks_at_once_is_answered_together() {
      var ids = IntStream.range(0, 1_200).mapToObj(i -> fresh("fleet-" + i)).toList();
      ids.forEach(id -> cms.device(id, org, Map.of("currentPlaylistId", own("current"))));
      var asked =
          ids.stream()
              .map(id -> source.resolve(new DeviceId(id), new OrgId(org)).toCompletableFuture())
              .toList();
      assertTrue(
          asked.stream()
              .allMatch(a -> await(a).content().orElseThrow().playlistId().equals(own("current"))));
    }
  }

  @Nested
  class A_failure {
    @Test
    void is_never_told_as_nothing() {
      try (var broken = new CmsStore()) {
        broken.cms().execute("drop table \"PlaylistItem\"");
        broken.cms().organization("acme", "active");
        broken.cms().playlist("p", "acme", Map.of());
        broken.cms().device("tv", "acme", Map.of("currentPlaylistId", "p"));
        assertThrows(
            ReadModelUnavailable.class,
            () -> await(source(broken).resolve(new DeviceId("tv"), new OrgId("acme"))));
      }
    }

    @Test
    void of_one_playlist_is_no_outage_and_looked_into_once_for_all_its_devices() {
      playlist("huge");
      cms.content(
          own("big"),
          org,
          Map.of("metadata", "{\"html\":\"%s\"}".formatted("x".repeat(PlaylistJson.BYTES_MAX))));
      cms.item(own("huge"), own("big"), Map.of());
      var bad = fresh("tv");
      cms.device(bad, org, Map.of("currentPlaylistId", own("huge")));
      var worse = fresh("tv");
      cms.device(worse, org, Map.of("currentPlaylistId", own("huge")));
      source.resolve(new DeviceId(tv), new OrgId(org));
      var spoiled = source.resolve(new DeviceId(bad), new OrgId(org));
      var alike = source.resolve(new DeviceId(worse), new OrgId(org));
      var good = source.resolve(new DeviceId(tv), new OrgId(org));
      assertEquals(Effective.NOTHING, await(spoiled));
      assertEquals(Effective.NOTHING, await(alike));
      assertEquals(own("current"), await(good).content().orElseThrow().playlistId());
      assertEquals(List.of("content undeliverable"), TELEMETRY.counted());
    }
  }
}
