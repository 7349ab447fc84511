package io.muster.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one client has been asked and has not answered. Each question is answered exactly once, on
 * the event loop to which all of this is confined.
 */
final class PlainRequests {
  /** No number: the question is lost already. */
  static final long NONE = 0;

  private record Awaited(Consumer<Reply> answered, ScheduledFuture<?> timeout) {}

  private final EventExecutor loop;
  private final int max;
  private final Map<Long, Awaited> awaited = new HashMap<>(4);
  private long last = NONE;
  private boolean over;

  PlainRequests(EventExecutor loop, int max) {
    this.loop = loop;
    this.max = max;
  }

  /** The number by which the client shall answer, or {@link #NONE} when there are too many. */
  long expect(Duration patience, Consumer<Reply> answered) {
    if (over || awaited.size() >= max) {
      loop.execute(() -> answered.accept(Reply.LOST));
      return NONE;
    }
    long number = ++last;
    var timeout = loop.schedule(() -> lost(number), patience.toNanos(), TimeUnit.NANOSECONDS);
    awaited.put(number, new Awaited(answered, timeout));
    return number;
  }

  /** An id that nobody waits for, or no longer, is nothing. */
  void answered(JsonNode id, Optional<JsonNode> data) {
    Awaited request = id.canConvertToLong() ? awaited.remove(id.longValue()) : null;
    if (request != null) {
      request.timeout().cancel(false);
      request.answered().accept(new Reply.Answered(data.map(List::of).orElse(List.of())));
    }
  }

  private void lost(long number) {
    Awaited request = awaited.remove(number);
    if (request != null) {
      request.answered().accept(Reply.LOST);
    }
  }

  void allLost() {
    over = true;
    var lost = List.copyOf(awaited.values());
    awaited.clear();
    for (Awaited request : lost) {
      request.timeout().cancel(false);
      loop.execute(() -> request.answered().accept(Reply.LOST));
    }
  }
}
