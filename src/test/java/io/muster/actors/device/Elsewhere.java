package io.muster.actors.device;

import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.GraceRecords;
import io.muster.actors.GraceRecords.Grace;
import io.muster.actors.OrgId;
import io.muster.actors.Registry;
import io.muster.actors.Registry.Entry;
import io.muster.actors.TokenIssuer;
import io.muster.actors.Transitions;
import io.muster.actors.content.Content;
import io.muster.actors.content.ContentSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Everything outside of a device, as the test says it is. */
final class Elsewhere implements ContentSource, Transitions {
  private final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
  private final Set<OrgId> suspended = ConcurrentHashMap.newKeySet();
  private final AtomicInteger tokens = new AtomicInteger();
  final AtomicInteger looks = new AtomicInteger();
  final AtomicInteger reads = new AtomicInteger();
  private volatile Optional<ContentSource.Effective> effective =
      Optional.of(ContentSource.Effective.NOTHING);
  private volatile Optional<Optional<Entry>> entry = Optional.of(Optional.empty());
  private volatile Optional<Optional<Grace>> grace = Optional.of(Optional.empty());
  private volatile boolean changesByItself;
  private volatile boolean isRegistry;
  private volatile boolean isAnswerLost;

  private static final Outside.Times TIMES =
      new Outside.Times(
          Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofDays(14), Duration.ofHours(1));

  Outside outside() {
    return new Outside(
        this,
        isRegistry ? Optional.of(new Rows()) : Optional.empty(),
        suspended::contains,
        new Records(),
        (_, _, _) -> {
          int number = tokens.incrementAndGet();
          return new TokenIssuer.Fresh(
              "token-" + number, "fresh-" + number, DeviceRig.START.plus(Duration.ofDays(90)));
        },
        this,
        TIMES);
  }

  // ── what the test says ──

  Elsewhere withRegistry(Entry said) {
    isRegistry = true;
    return registered(said);
  }

  Elsewhere registered(Entry said) {
    entry = Optional.of(Optional.of(said));
    return this;
  }

  void isDeleted() {
    entry = Optional.of(Optional.empty());
  }

  void registryIsAway() {
    entry = Optional.empty();
  }

  /** What is written from now on is done, and nobody hears of it. */
  void losesAnswers() {
    isAnswerLost = true;
  }

  void left(Grace record) {
    grace = Optional.of(Optional.of(record));
  }

  void graceIsAway() {
    grace = Optional.empty();
  }

  Elsewhere changingByItself() {
    changesByItself = true;
    return this;
  }

  void shows(String playlist, Instant changedAt) {
    shows(playlist, changedAt, "{\"id\":\"" + playlist + "\"}", Optional.empty());
  }

  void shows(String playlist, Instant changedAt, String json, Optional<Instant> until) {
    effective =
        Optional.of(
            new ContentSource.Effective(
                Optional.of(
                    new Content(playlist, Content.Origin.CURRENT_PLAYLIST, changedAt, json)),
                until));
  }

  void showsNothing() {
    effective = Optional.of(ContentSource.Effective.NOTHING);
  }

  void contentIsAway() {
    effective = Optional.empty();
  }

  void suspends(OrgId org) {
    suspended.add(org);
  }

  void resumes(OrgId org) {
    suspended.remove(org);
  }

  /** What was written down elsewhere since the last call. */
  List<String> told() {
    var lines = new ArrayList<String>();
    for (var line = told.poll(); line != null; line = told.poll()) {
      lines.add(line);
    }
    return lines;
  }

  // ── the ports ──

  @Override
  public CompletionStage<ContentSource.Effective> resolve(DeviceId id, OrgId org) {
    looks.incrementAndGet();
    return known(effective);
  }

  @Override
  public boolean changesByItself() {
    return changesByItself;
  }

  private final List<CompletableFuture<Optional<Entry>>> held = new ArrayList<>();
  private volatile boolean holds;

  /** The registry takes its time. */
  void holdsAnswers() {
    holds = true;
  }

  /** What was asked first is answered last, and all as the rows were when it was asked. */
  void answersLastFirst() {
    holds = false;
    List<CompletableFuture<Optional<Entry>>> all;
    synchronized (held) {
      all = List.copyOf(held.reversed());
      held.clear();
    }
    all.forEach(one -> one.complete(asked.getOrDefault(one, Optional.empty())));
  }

  private final Map<CompletableFuture<Optional<Entry>>, Optional<Entry>> asked =
      new ConcurrentHashMap<>();

  private final class Rows implements Registry {
    @Override
    public CompletionStage<Optional<Entry>> find(DeviceId id) {
      reads.incrementAndGet();
      if (!holds) {
        return known(entry);
      }
      var answer = new CompletableFuture<Optional<Entry>>();
      asked.put(answer, entry.orElseThrow());
      synchronized (held) {
        held.add(answer);
      }
      return answer;
    }

    @Override
    public CompletionStage<Boolean> tokenUsed(DeviceId id, OrgId org, String former, String hash) {
      var row = entry.flatMap(e -> e);
      boolean fits = row.flatMap(Entry::tokenHash).filter(former::equals).isPresent();
      if (fits) {
        told.add("current is " + hash);
        var e = row.orElseThrow();
        registered(new Entry(e.org(), e.name(), e.disabled(), Optional.of(hash), e.qrOverlay()));
      }
      return isAnswerLost
          ? CompletableFuture.failedFuture(new IllegalStateException("the line was cut"))
          : CompletableFuture.completedFuture(fits);
    }
  }

  private final class Records implements GraceRecords {
    @Override
    public void keep(DeviceId id, Grace record, Duration life) {
      told.add("grace " + record.prev() + " → " + record.next());
    }

    @Override
    public CompletionStage<Optional<Grace>> find(DeviceId id) {
      return known(grace);
    }
  }

  @Override
  public void changed(DeviceView device) {}

  @Override
  public void missing(DeviceView device) {}

  private static <T> CompletionStage<T> known(Optional<T> said) {
    return said.<CompletionStage<T>>map(CompletableFuture::completedFuture)
        .orElseGet(() -> CompletableFuture.failedFuture(new IllegalStateException("away")));
  }
}
