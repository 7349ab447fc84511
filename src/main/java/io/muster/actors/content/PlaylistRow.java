package io.muster.actors.content;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A playlist of a CMS as its tables have it, with all that is linked to it.
 *
 * @param items in their order
 */
public record PlaylistRow(String id, String name, Instant updatedAt, List<Item> items) {

  /**
   * @param duration in seconds
   * @param content empty when the organisation has no such content
   */
  public record Item(
      String contentId, int order, Optional<Integer> duration, Optional<ContentRow> content) {}

  /**
   * @param duration in seconds
   * @param metadata whatever JSON there is
   * @param status {@code active}, {@code archived} or {@code expired}
   */
  public record ContentRow(
      String id,
      String name,
      String type,
      String url,
      Optional<String> thumbnail,
      Optional<String> mimeType,
      Optional<Integer> duration,
      Optional<JsonNode> metadata,
      String status,
      Optional<Instant> expiresAt,
      Instant updatedAt) {

    boolean isShownAt(Instant now) {
      return status.equals("active") && !isExpiredAt(now);
    }

    boolean isExpiredAt(Instant now) {
      return expiresAt.filter(end -> !end.isAfter(now)).isPresent();
    }

    public boolean isLayout() {
      return type.equals("layout");
    }
  }
}
