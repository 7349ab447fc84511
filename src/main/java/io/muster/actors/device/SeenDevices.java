package io.muster.actors.device;

import com.github.benmanes.caffeine.cache.Interner;
import io.muster.actors.DeviceId;
import io.muster.actors.DeviceView;
import io.muster.actors.DeviceView.Hints;
import io.muster.actors.LastSeen;
import io.muster.actors.LastSeen.Seen;
import io.muster.actors.Load;
import io.muster.actors.OrgId;
import io.muster.actors.Showing;
import io.muster.actors.dashboard.Feed;
import io.muster.actors.dashboard.ToDashboard.Sampled;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Last seen, version, load, what is shown and pending count of the devices on this node: hints,
 * written by sessions and sampled now and then. A heartbeat costs a few field writes here and
 * nothing else; one that says what the last one said leaves nothing behind.
 */
public final class SeenDevices implements Device.SeenHints {
  private static final Duration SAMPLE_EVERY = Duration.ofSeconds(10);
  private static final Duration KEEP_EVERY = Duration.ofSeconds(30);
  // What says elsewhere that a device is online lives a minute: one of three may get lost.
  private static final Duration SHOW_EVERY = Duration.ofSeconds(20);
  // One sample message stays far below the frame limit of any client.
  private static final int SAMPLE_MAX = 500;
  private static final int BATCH_MAX = 20_000;
  // A token is renewed during its last two weeks; one that is still in use two days before its end
  // needs a person.
  private static final Duration RENEWABLE = Duration.ofDays(14);
  private static final Duration URGENT = Duration.ofDays(2);

  private final Map<DeviceId, Sighting> sightings = new ConcurrentHashMap<>();
  private final Clock clock;

  // A fleet runs a few versions and shows a few things: the same words are kept once for all.
  private final Interner<String> versions = Interner.newWeakInterner();
  private final Interner<Showing> shown = Interner.newWeakInterner();

  public SeenDevices(Clock clock) {
    this.clock = clock;
  }

  /** What one device's session writes to. */
  public final class Sighting {
    private final DeviceId id;
    private final OrgId org;
    private volatile long lastSeen;
    private volatile String appVersion;
    private volatile Load load = Load.UNKNOWN;
    private volatile Showing showing;
    private volatile int pending;
    private volatile int sessions;
    private volatile long tokenUntil;
    private volatile boolean isOffered;
    private volatile boolean isUnsampled;
    private volatile boolean isUnkept;

    private Sighting(DeviceId id, OrgId org) {
      this.id = id;
      this.org = org;
    }

    public void alive() {
      long now = clock.millis();
      if (lastSeen != now) {
        lastSeen = now;
      }
      changed();
    }

    public void heard(Optional<String> version, Load reported, Showing shows) {
      if (version.isPresent() && !version.get().equals(appVersion)) {
        appVersion = versions.intern(version.get());
      }
      if (!reported.isUnknown() && !reported.equals(load)) {
        load = reported;
      }
      if (!shows.equals(showing)) {
        showing = shown.intern(shows);
      }
      alive();
    }

    /** The device has shown a token that ends then. */
    public void holdsToken(Instant until) {
      tokenUntil = until.toEpochMilli();
      isOffered = false;
    }

    /** The device was given a newer token, and has not shown it yet. */
    public void offeredToken() {
      isOffered = true;
    }

    private void changed() {
      // Most heartbeats come while both are set: reading a volatile is cheaper than writing one.
      if (!isUnsampled) {
        isUnsampled = true;
      }
      if (!isUnkept) {
        isUnkept = true;
      }
    }

    private Hints hints() {
      return new Hints(
          lastSeen == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(lastSeen)),
          Optional.ofNullable(appVersion),
          load,
          pending,
          Optional.ofNullable(showing));
    }

    private Seen seen() {
      return new Seen(id, org, hints());
    }
  }

  /** A session begins; close with {@link #leave}. */
  public Sighting enter(DeviceId id, OrgId org) {
    var sighting =
        sightings.compute(
            id,
            (_, known) -> {
              var one = known == null ? new Sighting(id, org) : known;
              one.sessions++;
              return one;
            });
    sighting.alive();
    return sighting;
  }

  public void leave(Sighting sighting) {
    sightings.computeIfPresent(
        sighting.id,
        (_, one) -> {
          one.sessions--;
          one.changed();
          return one;
        });
  }

  @Override
  public Hints of(DeviceId id) {
    var sighting = sightings.get(id);
    return sighting == null ? Hints.NONE : sighting.hints();
  }

  /** The device as it is known here, where the table only remembers. */
  public DeviceView latest(DeviceView remembered) {
    var sighting = sightings.get(remembered.id());
    return sighting == null
        ? remembered
        : remembered.with(sighting.hints().over(remembered.hints()));
  }

  @Override
  public void pending(DeviceId id, OrgId org, int count) {
    var known = sightings.get(id);
    int before = known == null ? 0 : known.pending;
    if (before != count) {
      sightings.compute(
          id,
          (_, one) -> {
            var sighting = one == null ? new Sighting(id, org) : one;
            sighting.pending = count;
            sighting.changed();
            return sighting;
          });
    }
  }

  // ── how many there are ──

  /**
   * The devices with a session on this node, counted now.
   *
   * @param sockets at least the number of devices: two of one device meet while it reconnects
   * @param devices with at least one session, by organisation
   * @param due devices whose token can be renewed but for which no newer one was offered
   * @param offered devices that were offered a newer token and still use the older
   * @param expiring devices whose token ends within two days, counted here alone
   * @param cpu mean of what the devices said last, in percent; not-a-number when none said
   * @param memory likewise
   */
  public record Census(
      int sockets,
      Map<OrgId, Integer> devices,
      int due,
      int offered,
      int expiring,
      double cpu,
      double memory) {}

  /** Walks through all devices: some milliseconds for a hundred thousand. Not on an event loop. */
  public Census census() {
    var count = new Count(clock.millis());
    sightings.values().forEach(count::add);
    return count.census();
  }

  private static final class Count {
    private final long now;
    private final Map<OrgId, Integer> devices = new HashMap<>();
    private final DoubleSummaryStatistics cpu = new DoubleSummaryStatistics();
    private final DoubleSummaryStatistics memory = new DoubleSummaryStatistics();
    private int sockets;
    private int due;
    private int offered;
    private int expiring;

    Count(long now) {
      this.now = now;
    }

    void add(Sighting one) {
      int sessions = one.sessions;
      if (sessions == 0) {
        return;
      }
      sockets += sessions;
      devices.merge(one.org, 1, Integer::sum);
      one.load.cpuPercent().ifPresent(cpu::accept);
      one.load.memoryPercent().ifPresent(memory::accept);
      addToken(one);
    }

    private void addToken(Sighting one) {
      long left = one.tokenUntil - now;
      if (one.tokenUntil == 0 || left > RENEWABLE.toMillis()) {
        return;
      }
      if (left <= URGENT.toMillis()) {
        expiring++;
      } else if (one.isOffered) {
        offered++;
      } else {
        due++;
      }
    }

    Census census() {
      return new Census(sockets, devices, due, offered, expiring, mean(cpu), mean(memory));
    }

    private static double mean(DoubleSummaryStatistics of) {
      return of.getCount() == 0 ? Double.NaN : of.getAverage();
    }
  }

  // ── now and then ──

  public void sampleTo(Feed feed, ActorSystem<?> system) {
    every(SAMPLE_EVERY, system, () -> sample(feed));
  }

  public void keepIn(LastSeen table, ActorSystem<?> system) {
    every(KEEP_EVERY, system, () -> keep(table));
  }

  /** Tells again and again of everybody who has a session here. */
  public void showIn(LastSeen presence, ActorSystem<?> system) {
    every(SHOW_EVERY, system, () -> inBatches(connected(), BATCH_MAX, presence::keep));
  }

  List<Seen> connected() {
    var connected = new ArrayList<Seen>();
    for (Sighting one : sightings.values()) {
      if (one.sessions > 0) {
        connected.add(one.seen());
      }
    }
    return connected;
  }

  private static void every(Duration interval, ActorSystem<?> system, Runnable deed) {
    Runnable guarded =
        () -> {
          try {
            deed.run();
          } catch (RuntimeException e) {
            // Thrown on, it would end the repetition for good.
            system.log().error("hints about devices could not be told", e);
          }
        };
    system
        .scheduler()
        .scheduleWithFixedDelay(interval, interval, guarded, system.executionContext());
  }

  void sample(Feed feed) {
    var news = new HashMap<OrgId, List<Seen>>();
    for (Sighting one : sightings.values()) {
      if (one.isUnsampled) {
        one.isUnsampled = false;
        if (feed.isWatched(one.org)) {
          news.computeIfAbsent(one.org, _ -> new ArrayList<>()).add(one.seen());
        }
      }
    }
    news.forEach(
        (org, samples) ->
            inBatches(samples, SAMPLE_MAX, batch -> feed.publish(org, new Sampled(batch))));
  }

  /**
   * The stages fail when the table is away; what was not kept then is kept with the next beat of
   * the device.
   */
  public List<CompletionStage<Void>> keep(LastSeen table) {
    var batch = new ArrayList<Seen>();
    for (Sighting one : sightings.values()) {
      if (one.isUnkept) {
        one.isUnkept = false;
        batch.add(one.seen());
      } else {
        forget(one);
      }
    }
    var writes = new ArrayList<CompletionStage<Void>>();
    inBatches(batch, BATCH_MAX, part -> writes.add(table.keep(part)));
    return writes;
  }

  private void forget(Sighting idle) {
    sightings.computeIfPresent(
        idle.id, (_, one) -> one.sessions == 0 && !one.isUnkept && one.pending == 0 ? null : one);
  }

  private static void inBatches(List<Seen> all, int size, Consumer<List<Seen>> deed) {
    for (int from = 0; from < all.size(); from += size) {
      deed.accept(all.subList(from, Math.min(all.size(), from + size)));
    }
  }
}
