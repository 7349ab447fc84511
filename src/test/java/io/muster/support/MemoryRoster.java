package io.muster.support;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.LastSeen;
import io.muster.actors.NodeId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.Picture;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.Roster;
import io.muster.actors.device.DeviceEvent;
import io.muster.actors.device.DeviceEvent.Registered;
import io.muster.persistence.DeviceRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The read model in memory. It is fed with events, projects them at once unless it is held back,
 * and fails like a database that is away when it is told to.
 */
public final class MemoryRoster implements Roster {
  private record Entry(DeviceId id, long seq, DeviceEvent event) {}

  private record Waiting(long mark, CompletableFuture<Void> done) {}

  private final List<Entry> journal = new ArrayList<>();
  private final Map<DeviceId, Long> numbers = new HashMap<>();
  private final Map<DeviceId, DeviceRow> rows =
      new TreeMap<>(Comparator.comparing(DeviceId::value));
  private final Map<DeviceId, DeviceView.Hints> hints = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private int projected;
  private boolean isHeldBack;
  private boolean isAway;

  // ── how a test drives it ──

  /** As if the device had journalled them; all count for its sequence number. */
  public void add(DeviceId id, DeviceEvent... events) {
    List<CompletableFuture<Void>> ready;
    synchronized (this) {
      for (DeviceEvent event : events) {
        long seq = numbers.merge(id, 1L, Long::sum);
        if (event.changesTheView()) {
          journal.add(new Entry(id, seq, event));
        }
      }
      ready = project();
    }
    ready.forEach(done -> done.complete(null));
  }

  /** The table stays as it is while the journal goes on. */
  public synchronized void holdBack() {
    isHeldBack = true;
  }

  public void goOn() {
    List<CompletableFuture<Void>> ready;
    synchronized (this) {
      isHeldBack = false;
      ready = project();
    }
    ready.forEach(done -> done.complete(null));
  }

  public synchronized void goAway() {
    isAway = true;
  }

  public synchronized void comeBack() {
    isAway = false;
  }

  private List<CompletableFuture<Void>> project() {
    while (!isHeldBack && projected < journal.size()) {
      var entry = journal.get(projected++);
      rows.compute(
          entry.id(),
          (id, row) ->
              row != null
                  ? row.after(entry.event(), entry.seq())
                  : DeviceRow.registered(id, (Registered) entry.event(), entry.seq()));
    }
    var ready = waiting.stream().filter(w -> w.mark() <= projected).toList();
    waiting.removeAll(ready);
    return ready.stream().map(Waiting::done).toList();
  }

  synchronized CompletionStage<Void> keep(Map<DeviceId, LastSeen.Seen> batch) {
    return answer(
        () -> {
          batch.forEach(
              (id, seen) -> {
                var row = rows.get(id);
                if (row != null && row.org().equals(seen.org())) {
                  hints.merge(id, seen.hints(), MemoryRoster::newer);
                }
              });
          return null;
        });
  }

  private static DeviceView.Hints newer(DeviceView.Hints old, DeviceView.Hints fresh) {
    boolean isOlder =
        old.lastSeen().isPresent()
            && fresh.lastSeen().map(at -> at.isBefore(old.lastSeen().get())).orElse(false);
    return isOlder
        ? old
        : new DeviceView.Hints(
            fresh.lastSeen().or(old::lastSeen),
            fresh.appVersion().or(old::appVersion),
            fresh.load().over(old.load()),
            fresh.pendingCommands(),
            fresh.showing().or(old::showing));
  }

  // ── what it answers ──

  @Override
  public synchronized CompletionStage<Page<DeviceView>> list(
      OrgId org, Filter filter, int size, Optional<String> token) {
    if (size < 1 || size > 500) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("size"));
    }
    if (token.isPresent() && !token.get().startsWith("after ")) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("token"));
    }
    return answer(
        () -> {
          var last = token.map(t -> t.substring("after ".length())).orElse("");
          var views =
              views(org)
                  .filter(v -> v.id().value().compareTo(last) > 0)
                  .filter(v -> filter.presence().map(p -> p == v.presence()).orElse(true))
                  .filter(v -> filter.tag().map(v.tags()::contains).orElse(true))
                  .filter(v -> filter.text().map(t -> contains(v, t)).orElse(true))
                  .limit(size + 1)
                  .toList();
          return views.size() <= size
              ? new Page<>(views, Optional.empty())
              : new Page<>(
                  views.subList(0, size), Optional.of("after " + views.get(size - 1).id()));
        });
  }

  private static boolean contains(DeviceView view, String text) {
    var part = text.toLowerCase(Locale.ROOT);
    return view.id().value().toLowerCase(Locale.ROOT).contains(part)
        || view.name().toLowerCase(Locale.ROOT).contains(part);
  }

  @Override
  public synchronized CompletionStage<Picture> picture(OrgId org) {
    return answer(() -> new Picture(views(org).toList()));
  }

  private Stream<DeviceView> views(OrgId org) {
    return rows.values().stream()
        .filter(row -> row.org().equals(org) && !row.retired())
        .map(row -> row.view(hints.getOrDefault(row.id(), DeviceView.Hints.NONE)));
  }

  @Override
  public synchronized CompletionStage<Optional<DeviceView.Hints>> hints(DeviceId id) {
    return answer(() -> Optional.ofNullable(hints.get(id)));
  }

  @Override
  public synchronized CompletionStage<Mark> head() {
    return answer(() -> new Mark(journal.size()));
  }

  @Override
  public synchronized CompletionStage<Void> caughtUp(Mark mark) {
    if (isAway || mark.ordering() <= projected) {
      return answer(() -> null);
    }
    var done = new CompletableFuture<Void>();
    waiting.add(new Waiting(mark.ordering(), done));
    return done;
  }

  @Override
  public synchronized CompletionStage<List<DeviceId>> tagged(OrgId org, String tag, int max) {
    return answer(
        () ->
            views(org).filter(v -> v.tags().contains(tag)).map(DeviceView::id).limit(max).toList());
  }

  @Override
  public synchronized CompletionStage<List<DeviceId>> overdue(
      Instant now, Set<NodeId> living, int max) {
    return answer(
        () ->
            rows.values().stream()
                .filter(row -> isOverdue(row, now, living))
                .sorted(Comparator.comparing(row -> row.deadline().orElse(row.since())))
                .map(DeviceRow::id)
                .limit(max)
                .toList());
  }

  private static boolean isOverdue(DeviceRow row, Instant now, Set<NodeId> living) {
    return row.deadline().map(deadline -> !deadline.isAfter(now)).orElse(false)
        || row.node().map(node -> !living.contains(node)).orElse(false);
  }

  private <T> CompletionStage<T> answer(Supplier<T> answer) {
    return isAway
        ? CompletableFuture.failedFuture(new ReadModelUnavailable("held away by the test"))
        : CompletableFuture.completedFuture(answer.get());
  }
}
