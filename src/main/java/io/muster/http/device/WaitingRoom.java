package io.muster.http.device;

import static java.lang.Math.clamp;

import io.muster.actors.DeviceId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Where devices wait that have shown their token, until one of so many places is free at which a
 * device is read, journalled and let in. A fleet that comes back all at once would otherwise stand
 * in the journal's queue, before whatever those do who are here already.
 *
 * <p>Who has an urgent command goes first, and else whoever came first; of eight turns in a row one
 * is always for the oldest of the others, so that nobody waits for ever. When nobody more may wait
 * somebody is sent away to come again: the one who comes, or for an urgent one the youngest of the
 * others. Thread-safe; nothing is called while its lock is held but {@code isUrgent}.
 */
public final class WaitingRoom {
  /** How often {@link #look} wants to be called. */
  public static final Duration LOOK_EVERY = Duration.ofMillis(250);

  private static final int URGENT_IN_A_ROW = 7;

  /** A busy fleet's own back-off ends at 5 s; to be away for much longer helps nobody. */
  private static final int RETRY_SECONDS_MAX = 30;

  private static final int RETRY_SECONDS_MIN = 2;

  // The newest look counts for so much of the rate.
  private static final double NEWEST = 0.3;

  private final Bounds bounds;
  private final Predicate<DeviceId> isUrgent;
  private final LongSupplier nanos;
  private final RandomGenerator chance;
  private final ArrayDeque<Waiting> urgent = new ArrayDeque<>();
  private final ArrayDeque<Waiting> others = new ArrayDeque<>();
  private int taken;
  private int urgentInARow;
  private long freed;
  private long lookedAt;
  private double perSecond;

  /**
   * @param joining devices that are read, journalled and let in at a time
   * @param waiting devices that wait for that
   * @param patience how long one waits, at most {@link #LOOK_EVERY} longer; then it is sent away
   */
  public record Bounds(int joining, int waiting, Duration patience) {
    public Bounds {
      if (joining < 1 || waiting < 1 || patience.isNegative() || patience.isZero()) {
        throw new IllegalArgumentException("each bound is above 0");
      }
    }
  }

  /** One device at the door. */
  interface Guest {
    DeviceId id();

    /** Nobody is there any more; costs nothing to ask. */
    boolean hasLeft();

    /** It is its turn. Must see to it that the place is given back, whatever happens. */
    void enter(Place place);

    /** To come again. */
    void sendAway();
  }

  /** Taken until it is given back; more than once does nothing. */
  final class Place {
    private final AtomicBoolean isTaken = new AtomicBoolean(true);

    void giveBack() {
      if (isTaken.compareAndSet(true, false)) {
        leave();
      }
    }
  }

  private record Waiting(Guest guest, long until) {
    boolean isOver(long now) {
      return until - now <= 0;
    }
  }

  public WaitingRoom(
      Bounds bounds, Predicate<DeviceId> isUrgent, LongSupplier nanos, RandomGenerator chance) {
    this.bounds = bounds;
    this.isUrgent = isUrgent;
    this.nanos = nanos;
    this.chance = chance;
    this.lookedAt = nanos.getAsLong();
  }

  /** It enters now or waits; or somebody is sent away. */
  void come(Guest guest) {
    var enters = new ArrayList<Guest>(1);
    var sentAway = new ArrayList<Guest>(1);
    synchronized (this) {
      if (taken < bounds.joining() && size() == 0) {
        taken++;
        enters.add(guest);
      } else {
        queue(guest, sentAway);
      }
    }
    settle(enters, sentAway);
  }

  private void queue(Guest guest, List<Guest> sentAway) {
    boolean mayPass = isUrgent.test(guest.id());
    if (size() >= bounds.waiting()) {
      if (!mayPass || others.isEmpty()) {
        sentAway.add(guest);
        return;
      }
      sentAway.add(others.removeLast().guest());
    }
    var waiting = new Waiting(guest, nanos.getAsLong() + bounds.patience().toNanos());
    (mayPass ? urgent : others).addLast(waiting);
  }

  private void leave() {
    var enters = new ArrayList<Guest>(1);
    synchronized (this) {
      taken--;
      freed++;
      while (taken < bounds.joining() && size() > 0) {
        var next = next();
        if (!next.hasLeft()) {
          taken++;
          enters.add(next);
        }
      }
    }
    settle(enters, List.of());
  }

  private Guest next() {
    boolean isTurnOfOthers = urgent.isEmpty() || urgentInARow >= URGENT_IN_A_ROW;
    if (isTurnOfOthers && !others.isEmpty()) {
      urgentInARow = 0;
      return others.removeFirst().guest();
    }
    urgentInARow++;
    return urgent.removeFirst().guest();
  }

  private void settle(List<Guest> enters, List<Guest> sentAway) {
    enters.forEach(guest -> guest.enter(new Place()));
    sentAway.forEach(Guest::sendAway);
  }

  // ── now and then ──

  /**
   * Sends away who has waited too long, forgets who has gone, and lets those pass to whom something
   * urgent was sent meanwhile.
   */
  public void look() {
    var sentAway = new ArrayList<Guest>();
    synchronized (this) {
      long now = nanos.getAsLong();
      measure(now);
      urgent.removeIf(waiting -> isDone(waiting, now, sentAway));
      others.removeIf(waiting -> isDone(waiting, now, sentAway));
      others.removeIf(
          waiting -> {
            boolean passes = isUrgent.test(waiting.guest().id());
            if (passes) {
              urgent.addLast(waiting);
            }
            return passes;
          });
    }
    settle(List.of(), sentAway);
  }

  private static boolean isDone(Waiting waiting, long now, List<Guest> sentAway) {
    if (waiting.guest().hasLeft()) {
      return true;
    }
    if (waiting.isOver(now)) {
      sentAway.add(waiting.guest());
      return true;
    }
    return false;
  }

  private void measure(long now) {
    double seconds = (now - lookedAt) / 1e9;
    if (seconds > 0) {
      perSecond = (1 - NEWEST) * perSecond + NEWEST * freed / seconds;
      freed = 0;
      lookedAt = now;
    }
  }

  // ── what others see ──

  /**
   * When nobody more may wait: whole seconds after which whoever comes now should come again, by
   * chance within the time that those who wait will need. Empty while there is room.
   */
  public synchronized OptionalInt retryAfterSeconds() {
    if (size() < bounds.waiting()) {
      return OptionalInt.empty();
    }
    int needed = (int) clamp(Math.ceil(size() / Math.max(1, perSecond)), 1, RETRY_SECONDS_MAX);
    return OptionalInt.of(1 + chance.nextInt(Math.max(RETRY_SECONDS_MIN, needed)));
  }

  /** Those who wait. */
  public synchronized int waiting() {
    return size();
  }

  /** Those who are read, journalled and let in at this moment. */
  public synchronized int joining() {
    return taken;
  }

  private int size() {
    return urgent.size() + others.size();
  }
}
