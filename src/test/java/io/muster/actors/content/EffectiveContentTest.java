package io.muster.actors.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.actors.content.ContentSource.Effective;
import io.muster.actors.content.EffectiveContent.Zones;
import io.muster.actors.content.PlaylistRow.ContentRow;
import io.muster.actors.content.PlaylistRow.Item;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EffectiveContentTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");
  private static final Instant OLD = Instant.parse("2026-01-01T00:00:00Z");
  private static final Schedules NONE = new Schedules(List.of(), ZoneOffset.UTC);

  private final PlaylistJson json = new PlaylistJson(Optional.of("https://api.example"));

  // ── rows ──

  private static ContentRow content(String id) {
    return content(id, "image", "active", Optional.empty(), OLD, Optional.empty());
  }

  private static ContentRow content(
      String id,
      String type,
      String status,
      Optional<Instant> expiresAt,
      Instant updatedAt,
      Optional<JsonNode> metadata) {
    return new ContentRow(
        id,
        id,
        type,
        "minio://" + id,
        Optional.empty(),
        Optional.empty(),
        Optional.of(10),
        metadata,
        status,
        expiresAt,
        updatedAt);
  }

  private static ContentRow expiring(String id, Instant end) {
    return content(id, "image", "active", Optional.of(end), OLD, Optional.empty());
  }

  private static ContentRow archived(String id, Instant updatedAt) {
    return content(id, "image", "archived", Optional.empty(), updatedAt, Optional.empty());
  }

  private static ContentRow layout(String id, String zones) {
    return content(
        id,
        "layout",
        "active",
        Optional.empty(),
        OLD,
        Optional.of(parsed("{'zones':%s}".formatted(zones))));
  }

  private static PlaylistRow playlist(String id, Instant updatedAt, ContentRow... contents) {
    var items =
        List.of(contents).stream()
            .map(c -> new Item(c.id(), 0, Optional.empty(), Optional.of(c)))
            .toList();
    return new PlaylistRow(id, id, updatedAt, items);
  }

  private static Schedule schedule(Instant updatedAt) {
    return new Schedule(
        "s",
        "scheduled",
        0,
        OLD,
        Optional.empty(),
        Optional.of(8 * 60),
        Optional.of(10 * 60),
        Set.of(0, 1, 2, 3, 4, 5, 6),
        updatedAt);
  }

  private static JsonNode parsed(String singleQuoted) {
    try {
      return MAPPER.readTree(singleQuoted.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ── the way through ──

  private Content shown(PlaylistRow playlist, Zones zones) {
    return effective(NONE, playlist, zones, NOW).content().orElseThrow();
  }

  private Content shown(ContentRow... contents) {
    return shown(playlist("p", OLD, contents), Zones.NONE);
  }

  private Effective effective(Schedules schedules, PlaylistRow playlist, Zones zones, Instant now) {
    var chosen = EffectiveContent.choose(schedules, Optional.of(playlist.id()), now);
    return EffectiveContent.effective(
        chosen, chosen.choice().orElseThrow(), EffectiveContent.show(playlist, zones, json, now));
  }

  private static List<String> ids(Content content) {
    return StreamSupport.stream(parsed(content.playlist()).get("items").spliterator(), false)
        .map(item -> item.get("contentId").asText())
        .toList();
  }

  @Nested
  class The_playlist_is {
    @Test
    void the_scheduled_one_before_the_one_that_is_assigned() {
      var chosen =
          EffectiveContent.choose(
              new Schedules(List.of(schedule(OLD)), ZoneOffset.UTC), Optional.of("current"), NOW);
      assertEquals("scheduled", chosen.choice().orElseThrow().playlistId());
      assertEquals(Content.Origin.SCHEDULE, chosen.choice().orElseThrow().origin());
    }

    @Test
    void the_one_that_is_assigned_while_nothing_is_scheduled() {
      var chosen =
          EffectiveContent.choose(
              new Schedules(List.of(schedule(OLD)), ZoneOffset.UTC),
              Optional.of("current"),
              NOW.plusSeconds(3600));
      assertEquals("current", chosen.choice().orElseThrow().playlistId());
      assertEquals(Content.Origin.CURRENT_PLAYLIST, chosen.choice().orElseThrow().origin());
    }

    @Test
    void none_when_nothing_is_assigned_but_the_next_schedule_is_waited_for() {
      var chosen =
          EffectiveContent.choose(
              new Schedules(List.of(schedule(OLD)), ZoneOffset.UTC),
              Optional.empty(),
              NOW.minusSeconds(7200));
      assertEquals(Optional.empty(), chosen.choice());
      assertEquals(Optional.of(NOW.minusSeconds(3600)), chosen.until());
    }
  }

  @Nested
  class Left_out_is {
    @Test
    void what_is_archived() {
      assertEquals(List.of("a"), ids(shown(content("a"), archived("b", OLD))));
    }

    @Test
    void what_has_expired_from_that_moment_on() {
      assertEquals(List.of("a"), ids(shown(expiring("a", NOW.plusMillis(1)), expiring("b", NOW))));
    }

    @Test
    void what_the_organisation_does_not_have() {
      var foreign =
          new PlaylistRow(
              "p",
              "p",
              OLD,
              List.of(
                  new Item("foreign", 0, Optional.empty(), Optional.empty()),
                  new Item("a", 1, Optional.empty(), Optional.of(content("a")))));
      assertEquals(List.of("a"), ids(shown(foreign, Zones.NONE)));
    }

    @Test
    void nothing_at_all_of_a_playlist_without_anything_left() {
      var gone = effective(NONE, playlist("p", OLD, archived("a", OLD)), Zones.NONE, NOW);
      assertEquals(Optional.empty(), gone.content());
    }
  }

  @Nested
  class The_version_follows {
    @Test
    void the_playlist() {
      assertEquals(NOW, shown(playlist("p", NOW, content("a")), Zones.NONE).changedAt());
    }

    @Test
    void the_schedule_that_won() {
      var at =
          effective(
                  new Schedules(List.of(schedule(NOW.minusSeconds(9))), ZoneOffset.UTC),
                  playlist("scheduled", OLD, content("a")),
                  Zones.NONE,
                  NOW)
              .content()
              .orElseThrow()
              .changedAt();
      assertEquals(NOW.minusSeconds(9), at);
    }

    @Test
    void rule_34_content_that_is_left_out_too() {
      assertEquals(
          NOW.minusSeconds(5), shown(content("a"), archived("b", NOW.minusSeconds(5))).changedAt());
    }

    @Test
    void an_end_that_has_come_but_none_that_is_to_come() {
      var gone = NOW.minusSeconds(60);
      assertEquals(
          gone, shown(expiring("a", gone), expiring("b", NOW.plusSeconds(60))).changedAt());
    }

    @Test
    void zones_in_the_same_way() {
      var layout = layout("l", "[{'playlistId':'zp'},{'contentId':'zc'}]");
      var gone = NOW.minusSeconds(3);
      assertEquals(
          NOW.minusSeconds(7),
          shown(
                  playlist("p", OLD, layout),
                  new Zones(Map.of("zp", playlist("zp", NOW.minusSeconds(7))), Map.of()))
              .changedAt());
      assertEquals(
          gone,
          shown(
                  playlist("p", OLD, layout),
                  new Zones(
                      Map.of("zp", playlist("zp", OLD, expiring("x", gone))),
                      Map.of("zc", archived("zc", NOW.minusSeconds(8)))))
              .changedAt());
    }
  }

  @Nested
  class It_holds {
    @Test
    void until_the_next_content_expires_or_the_schedule_ends_whatever_comes_first() {
      var schedules = new Schedules(List.of(schedule(OLD)), ZoneOffset.UTC);
      assertEquals(
          Optional.of(NOW.plusSeconds(60)),
          effective(
                  schedules,
                  playlist("scheduled", OLD, expiring("a", NOW.plusSeconds(60))),
                  Zones.NONE,
                  NOW)
              .until());
      assertEquals(
          Optional.of(NOW.plusSeconds(3600)),
          effective(
                  schedules,
                  playlist("scheduled", OLD, expiring("a", NOW.plusSeconds(7200))),
                  Zones.NONE,
                  NOW)
              .until());
    }

    @Test
    void for_ever_when_the_clock_can_change_nothing() {
      assertEquals(
          Optional.empty(),
          effective(NONE, playlist("p", OLD, content("a")), Zones.NONE, NOW).until());
    }
  }

  @Nested
  class A_zone_of_a_layout {
    @Test
    void rule_45_carries_what_it_names_under_the_names_that_clients_read() {
      var layout = layout("l", "[{'id':'1','playlistId':'zp'},{'id':'2','contentId':'zc'}]");
      var zones =
          new Zones(
              Map.of("zp", playlist("zp", OLD, content("a"), archived("b", OLD))),
              Map.of("zc", content("zc")));
      var wire =
          parsed(shown(playlist("p", OLD, layout), zones).playlist())
              .at("/items/0/content/metadata/zones");
      assertEquals(1, wire.at("/0/resolvedPlaylist/items").size());
      assertEquals(
          "https://api.example/api/v1/device-content/a/file",
          wire.at("/0/resolvedPlaylist/items/0/content/url").asText());
      assertEquals(
          "https://api.example/api/v1/device-content/zc/file",
          wire.at("/1/resolvedContent/url").asText());
    }

    @Test
    void rule_45_that_names_another_organisations_carries_nothing_of_it() {
      var layout =
          layout(
              "l",
              "[{'playlistId':'theirs','resolvedPlaylist':{'id':'theirs','items':[]}},"
                  + "{'contentId':'theirs','resolvedContent':{'id':'theirs'}}]");
      var wire =
          parsed(shown(playlist("p", OLD, layout), Zones.NONE).playlist())
              .at("/items/0/content/metadata/zones");
      assertTrue(wire.at("/0/resolvedPlaylist").isMissingNode());
      assertTrue(wire.at("/1/resolvedContent").isMissingNode());
    }
  }

  @Nested
  class A_time_zone {
    @Test
    void that_nobody_knows_is_utc() {
      assertEquals(ZoneOffset.UTC, EffectiveContent.zone("Mars/Olympus"));
      assertEquals(ZoneId.of("Europe/Berlin"), EffectiveContent.zone("Europe/Berlin"));
    }
  }
}
