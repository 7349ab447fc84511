package io.muster.actors.room;

import io.muster.actors.document.DocEngine;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A document that a room holds, as the updates that make it. They are merged now and then, because
 * most are a letter long.
 *
 * @param updates in Base64, as they came
 * @param chars of all of them
 */
public record Document(List<String> updates, long chars) {
  /** The event that an update is, with the update in Base64 as its payload. */
  public static final String UPDATED = "document.updated";

  /** What fits into one message between two nodes. */
  static final long CHARS_MAX = 700_000;

  static final Document EMPTY = new Document(List.of(), 0);

  // Merging costs as much as the document is long, so it is done once for so many letters.
  private static final int UNMERGED_MAX = 100;

  public Document {
    updates = List.copyOf(updates);
  }

  static Document of(List<String> updates) {
    return new Document(updates, updates.stream().mapToLong(String::length).sum());
  }

  /** The update that an event is, if it is one. */
  public static Optional<String> update(RoomEvent event) {
    return update(event.type(), event.payload());
  }

  static Optional<String> update(String type, String payload) {
    return type.equals(UPDATED)
            && payload.startsWith("\"")
            && payload.endsWith("\"")
            && payload.length() > 2
        ? Optional.of(payload.substring(1, payload.length() - 1))
        : Optional.empty();
  }

  public static byte[] bytes(String update) {
    return Base64.getDecoder().decode(update);
  }

  public static String text(byte[] update) {
    return Base64.getEncoder().encodeToString(update);
  }

  public static List<byte[]> bytes(List<String> updates) {
    return updates.stream().map(Document::bytes).toList();
  }

  boolean has(String update, DocEngine engine) {
    return updates.contains(update) || engine.isKnown(bytes(updates), bytes(update));
  }

  boolean hasRoomFor(String update) {
    return chars + update.length() <= CHARS_MAX;
  }

  Document with(String update, DocEngine engine) {
    var all = new ArrayList<>(updates);
    all.add(update);
    return all.size() <= UNMERGED_MAX
        ? new Document(all, chars + update.length())
        : of(engine.merge(bytes(all)).stream().map(Document::text).toList());
  }
}
