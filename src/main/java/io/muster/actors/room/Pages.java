package io.muster.actors.room;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The past of rooms in parts, as this node has read it lately. Those who come back together want
 * the same, so it is read once and written once for all of them. Thread-safe.
 */
final class Pages {
  private static final int PAGES_MAX = 1_000;
  private static final long CHARS_MAX = 32L * 1024 * 1024;

  // No longer than what is not kept any more may still be told.
  private static final long LIFE = Duration.ofSeconds(30).toNanos();

  private record Key(RoomId room, EventId after, int limit) {}

  private record Page(CompletionStage<Past> past, long readAt, long chars) {}

  private final LongSupplier nanos;
  private final Map<Key, Page> pages = new LinkedHashMap<>(64, 0.75f, true);
  private long chars;

  Pages(LongSupplier nanos) {
    this.nanos = nanos;
  }

  CompletionStage<Past> read(
      RoomId room, EventId after, int limit, Supplier<CompletionStage<Past>> source) {
    var key = new Key(room, after, limit);
    Page page;
    synchronized (this) {
      page = pages.get(key);
      if (page != null && nanos.getAsLong() - page.readAt() < LIFE) {
        return page.past();
      }
      forget(key);
      page = new Page(source.get(), nanos.getAsLong(), 0);
      pages.put(key, page);
    }
    var asked = page;
    asked.past().thenAccept(past -> answered(key, asked, past));
    return asked.past();
  }

  /** Only what is whole stays as it is: the last part grows. */
  private synchronized void answered(Key key, Page asked, Past past) {
    if (pages.get(key) != asked) {
      return;
    }
    if (past instanceof Past.Told told && told.events().size() == key.limit()) {
      long size = told.events().stream().mapToLong(e -> e.event().payload().length()).sum();
      pages.put(key, new Page(asked.past(), asked.readAt(), size));
      chars += size;
      trim();
    } else {
      forget(key);
    }
  }

  private void trim() {
    while (pages.size() > PAGES_MAX || chars > CHARS_MAX) {
      forget(pages.keySet().iterator().next());
    }
  }

  private void forget(Key key) {
    var page = pages.remove(key);
    if (page != null) {
      chars -= page.chars();
    }
  }
}
