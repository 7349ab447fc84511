package io.muster.support;

import io.muster.actors.CommandHistory;
import io.muster.actors.CommandId;
import io.muster.actors.CommandView;
import io.muster.actors.DeviceId;
import io.muster.actors.Page;
import io.muster.actors.device.CommandTimelines;
import io.muster.actors.device.DeviceEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Timelines in memory, of the events it is fed with. */
public final class MemoryHistory implements CommandHistory {
  private final Map<DeviceId, CommandTimelines> timelines = new HashMap<>();

  public synchronized void add(DeviceId id, DeviceEvent... events) {
    for (DeviceEvent event : events) {
      of(id).add(event);
    }
  }

  private CommandTimelines of(DeviceId id) {
    return timelines.computeIfAbsent(id, CommandTimelines::new);
  }

  @Override
  public synchronized CompletionStage<Optional<CommandView>> find(DeviceId device, CommandId id) {
    return CompletableFuture.completedFuture(of(device).find(id));
  }

  @Override
  public synchronized CompletionStage<Page<CommandView>> newestFirst(
      DeviceId device, int size, Optional<String> token) {
    if (size < 1 || size > 200 || token.isPresent() && !token.get().matches("skip \\d{1,9}")) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("size or token"));
    }
    // Counted from the oldest, so that a page stays what it was when newer ones come.
    List<CommandView> oldestFirst = of(device).views();
    int to = token.map(t -> Integer.parseInt(t.substring(5))).orElse(oldestFirst.size());
    int from = Math.max(0, to - size);
    return CompletableFuture.completedFuture(
        new Page<>(
            oldestFirst.subList(from, to).reversed(),
            from > 0 ? Optional.of("skip " + from) : Optional.empty()));
  }
}
