package io.muster.actors.content;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.content.ContentSource.Effective;
import io.muster.actors.content.PlaylistRow.ContentRow;
import io.muster.actors.content.PlaylistRow.Item;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a device of a CMS shall show at a moment, worked out from rows. Pure. */
public final class EffectiveContent {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private EffectiveContent() {}

  // ── which playlist ──

  /**
   * @param touchedAt when the schedule that chose it was changed
   */
  public record Choice(String playlistId, Content.Origin origin, Optional<Instant> touchedAt) {}

  /**
   * @param choice empty when nothing is assigned
   * @param until when the clock may choose another one
   */
  public record Chosen(Optional<Choice> choice, Optional<Instant> until) {}

  /**
   * The active schedule goes before the playlist that is assigned.
   *
   * @param current the playlist that is assigned to the device itself
   */
  public static Chosen choose(Schedules schedules, Optional<String> current, Instant now) {
    var choice =
        schedules
            .at(now)
            .map(
                schedule ->
                    new Choice(
                        schedule.playlistId(),
                        Content.Origin.SCHEDULE,
                        Optional.of(schedule.updatedAt())))
            .or(
                () ->
                    current.map(
                        id -> new Choice(id, Content.Origin.CURRENT_PLAYLIST, Optional.empty())));
    return new Chosen(choice, schedules.until(now));
  }

  /** The clock on the device's wall; UTC for a zone that nobody knows. */
  public static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException _) {
      return ZoneOffset.UTC;
    }
  }

  // ── what is in it ──

  /** What the zones of layouts name, as far as it is of the same organisation. */
  public record Zones(Map<String, PlaylistRow> playlists, Map<String, ContentRow> contents) {
    public static final Zones NONE = new Zones(Map.of(), Map.of());
  }

  /**
   * A playlist at a moment; the same for every device that shows it.
   *
   * @param changedAt of everything linked to it, also of what is left out: when an archived content
   *     took its time with it, the version would fall and clients refuse what comes after
   * @param until when the next content expires
   */
  public record Shown(PlaylistJson.Written written, Instant changedAt, Optional<Instant> until) {}

  /**
   * @throws IllegalArgumentException when it is beyond the bounds of {@link PlaylistJson}
   */
  public static Shown show(PlaylistRow playlist, Zones zones, PlaylistJson json, Instant now) {
    var contents = linked(playlist, zones);
    var changes =
        Stream.of(
                zonePlaylists(playlist, zones).map(PlaylistRow::updatedAt),
                contents.stream().map(ContentRow::updatedAt),
                contents.stream()
                    .filter(content -> content.isExpiredAt(now))
                    .flatMap(content -> content.expiresAt().stream()))
            .flatMap(Function.identity());
    return new Shown(
        json.write(row(playlist, zones, now)),
        Stream.concat(Stream.of(playlist.updatedAt()), changes)
            .max(Comparator.naturalOrder())
            .orElseThrow(),
        contents.stream()
            .flatMap(content -> content.expiresAt().stream())
            .filter(end -> end.isAfter(now))
            .min(Comparator.naturalOrder()));
  }

  /**
   * What the device is told, and until when it holds. A playlist of which nothing can be shown now
   * is as none: the screen keeps what it has.
   */
  public static Effective effective(Chosen chosen, Choice choice, Shown shown) {
    var changedAt =
        choice.touchedAt().filter(shown.changedAt()::isBefore).orElse(shown.changedAt());
    var content =
        new Content(
            shown.written().id(),
            choice.origin(),
            changedAt.truncatedTo(ChronoUnit.MILLIS),
            shown.written().text());
    return new Effective(
        Optional.of(content).filter(_ -> !shown.written().isEmpty()),
        Stream.of(chosen.until(), shown.until())
            .flatMap(Optional::stream)
            .min(Comparator.naturalOrder()));
  }

  private static List<ContentRow> linked(PlaylistRow playlist, Zones zones) {
    var all = new ArrayList<>(contents(playlist));
    zonePlaylists(playlist, zones).map(EffectiveContent::contents).forEach(all::addAll);
    layouts(playlist)
        .flatMap(layout -> contentsOfZones(layout).stream())
        .flatMap(id -> Optional.ofNullable(zones.contents().get(id)).stream())
        .forEach(all::add);
    return all;
  }

  private static List<ContentRow> contents(PlaylistRow playlist) {
    return playlist.items().stream().flatMap(item -> item.content().stream()).toList();
  }

  private static Stream<PlaylistRow> zonePlaylists(PlaylistRow playlist, Zones zones) {
    return layouts(playlist)
        .flatMap(layout -> playlistsOfZones(layout).stream())
        .flatMap(id -> Optional.ofNullable(zones.playlists().get(id)).stream());
  }

  private static Stream<ContentRow> layouts(PlaylistRow playlist) {
    return contents(playlist).stream().filter(ContentRow::isLayout);
  }

  /** Which playlists the zones of a layout name. */
  public static Collection<String> playlistsOfZones(ContentRow layout) {
    return named(layout, "playlistId");
  }

  /** Which contents the zones of a layout name. */
  public static Collection<String> contentsOfZones(ContentRow layout) {
    return named(layout, "contentId");
  }

  private static List<String> named(ContentRow layout, String field) {
    var names = new ArrayList<String>();
    layout
        .metadata()
        .ifPresent(
            metadata ->
                metadata
                    .path("zones")
                    .forEach(
                        zone ->
                            Optional.ofNullable(zone.get(field))
                                .map(JsonNode::textValue)
                                .ifPresent(names::add)));
    return names;
  }

  // ── rows as the serializer takes them ──

  private static ObjectNode row(PlaylistRow playlist, Zones zones, Instant now) {
    var json = NODES.objectNode().put("id", playlist.id()).put("name", playlist.name());
    var items = json.putArray("items");
    for (Item item : playlist.items()) {
      item.content()
          .filter(content -> content.isShownAt(now))
          .ifPresent(content -> items.add(row(item, content, zones, now)));
    }
    return json;
  }

  private static ObjectNode row(Item item, ContentRow content, Zones zones, Instant now) {
    var json = NODES.objectNode().put("contentId", item.contentId()).put("order", item.order());
    item.duration().ifPresent(seconds -> json.put("duration", seconds));
    json.set("content", row(content, zones, now));
    return json;
  }

  private static ObjectNode row(ContentRow content, Zones zones, Instant now) {
    var json =
        NODES
            .objectNode()
            .put("id", content.id())
            .put("name", content.name())
            .put("type", content.type())
            .put("url", content.url())
            .put("updatedAt", PlaylistJson.instant(content.updatedAt()));
    content.thumbnail().ifPresent(thumbnail -> json.put("thumbnail", thumbnail));
    content.mimeType().ifPresent(type -> json.put("mimeType", type));
    content.duration().ifPresent(seconds -> json.put("duration", seconds));
    content
        .metadata()
        .ifPresent(
            metadata ->
                json.set(
                    "metadata", content.isLayout() ? laidOut(metadata, zones, now) : metadata));
    return json;
  }

  /** Zones get what they name. Layouts within zones are not followed. */
  private static JsonNode laidOut(JsonNode metadata, Zones zones, Instant now) {
    if (!metadata.path("zones").isArray()) {
      return metadata;
    }
    ObjectNode copy = metadata.deepCopy();
    for (JsonNode part : copy.get("zones")) {
      if (part instanceof ObjectNode zone) {
        fill(zone, zones, now);
      }
    }
    return copy;
  }

  private static void fill(ObjectNode zone, Zones zones, Instant now) {
    // Whatever the table had of it may be another organisation's.
    zone.remove(List.of("resolvedPlaylist", "resolvedContent"));
    Optional.ofNullable(zones.playlists().get(zone.path("playlistId").asText()))
        .ifPresent(playlist -> zone.set("resolvedPlaylist", row(playlist, Zones.NONE, now)));
    Optional.ofNullable(zones.contents().get(zone.path("contentId").asText()))
        .filter(content -> content.isShownAt(now))
        .ifPresent(content -> zone.set("resolvedContent", row(content, Zones.NONE, now)));
  }
}
