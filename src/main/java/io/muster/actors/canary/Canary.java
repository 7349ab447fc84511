package io.muster.actors.canary;

import io.muster.actors.OrgId;
import io.muster.actors.Telemetry;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.Relay.Audience;
import io.muster.actors.dashboard.ToDashboard;
import io.muster.actors.dashboard.ToDashboard.Told;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Lives in every node and does what its users do: it watches an organisation that nobody else has,
 * says a word there every five seconds and listens for it, and writes to the journal every minute.
 * A node can look well while nobody gets news from it; then its canary is silent first.
 *
 * <p>It is no device and no dashboard, so that no list, count or figure has it.
 */
public final class Canary {
  private static final OrgId ORG = new OrgId("_muster");
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final int TURNS_PER_WRITE = 12;

  // One miss is a pause of the collector or a node that leaves; three are none.
  private static final int MISSES_MAX = 3;

  /** What it tries. */
  public enum Path {
    /** From the feed to a watcher. */
    FEED,
    JOURNAL
  }

  private final String node;
  private final Telemetry telemetry;
  private final LongSupplier nanos;

  private long turns;
  private Word word;
  private volatile Word heard;
  private volatile int unheard;
  private volatile int unwritten;
  private volatile boolean isWriting;

  private record Word(Told told, long saidAt) {}

  /**
   * @param node a name that no other node has
   */
  public Canary(String node, Telemetry telemetry, LongSupplier nanos) {
    this.node = node;
    this.telemetry = telemetry;
    this.nanos = nanos;
  }

  /** Listens beside the watchers of this node. */
  public Audience beside(Audience watchers) {
    return new Audience() {
      @Override
      public boolean isWatched(OrgId org) {
        return org.equals(ORG) || watchers.isWatched(org);
      }

      @Override
      public void deliver(OrgId org, ToDashboard news) {
        if (org.equals(ORG)) {
          hear(news);
        } else {
          watchers.deliver(org, news);
        }
      }

      @Override
      public void missed() {
        watchers.missed();
      }
    };
  }

  /**
   * @param write ends when something has been written to the journal, and fails after a while when
   *     it has not
   */
  public void start(ActorSystem<?> system, Feed feed, Supplier<CompletionStage<?>> write) {
    system
        .scheduler()
        .scheduleWithFixedDelay(
            Duration.ZERO, EVERY, () -> turn(feed, write), system.executionContext());
  }

  /** One at a time, whatever thread it is on. */
  synchronized void turn(Feed feed, Supplier<CompletionStage<?>> write) {
    if (word != null && heard != word) {
      unheard++;
      telemetry.canaryFailed(Path.FEED);
    }
    word = new Word(new Told("canary", node + " " + turns, Optional.empty()), nanos.getAsLong());
    feed.publish(ORG, word.told());
    boolean isDue = turns++ % TURNS_PER_WRITE == 0 || unwritten > 0;
    if (isDue && !isWriting) {
      isWriting = true;
      tryTo(write);
    }
  }

  private synchronized void hear(ToDashboard news) {
    if (word != null && word.told().equals(news)) { // the others' are heard, too
      heard = word;
      unheard = 0;
      telemetry.canaryDid(Path.FEED, Duration.ofNanos(nanos.getAsLong() - word.saidAt()));
    }
  }

  private void tryTo(Supplier<CompletionStage<?>> write) {
    long began = nanos.getAsLong();
    write
        .get()
        .whenComplete(
            (_, failure) -> {
              isWriting = false;
              if (failure == null) {
                unwritten = 0;
                telemetry.canaryDid(Path.JOURNAL, Duration.ofNanos(nanos.getAsLong() - began));
              } else {
                unwritten++;
                telemetry.canaryFailed(Path.JOURNAL);
              }
            });
  }

  /** News reaches those who watch on this node. */
  public boolean hears() {
    return unheard < MISSES_MAX;
  }

  /** The journal takes what is written; that it can be read says nothing of that. */
  public boolean writes() {
    return unwritten < MISSES_MAX;
  }
}
