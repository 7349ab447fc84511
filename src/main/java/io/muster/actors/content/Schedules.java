package io.muster.actors.content;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which schedule of a device is the one now, and until when. */
public final class Schedules {
  /** Farther ahead nobody looks: then it is time to look again anyhow. */
  public static final Duration HORIZON = Duration.ofDays(1);

  private static final int MINUTE = 60;
  private static final int DAY = 24 * 60 * MINUTE;

  // Among equals the one that was changed last: that is the one somebody is waiting to see. The id
  // is there so that two nodes never disagree.
  private static final Comparator<Schedule> ORDER =
      Comparator.comparingInt(Schedule::priority)
          .reversed()
          .thenComparing(Schedule::updatedAt, Comparator.reverseOrder())
          .thenComparing(Schedule::id);

  private final List<Schedule> ordered;
  private final ZoneId zone;

  /**
   * @param candidates for one device, by itself or by its groups, of its organisation
   * @param zone of the clock on the device's wall
   */
  public Schedules(Collection<Schedule> candidates, ZoneId zone) {
    this.ordered = candidates.stream().sorted(ORDER).toList();
    this.zone = zone;
  }

  public Optional<Schedule> at(Instant now) {
    var local = LocalDateTime.ofInstant(now, zone);
    return ordered.stream().filter(schedule -> schedule.isActive(now, local)).findFirst();
  }

  /**
   * When the clock may make it another one; never after it does, at most {@link #HORIZON} ahead.
   * Empty when there are no schedules at all.
   */
  public Optional<Instant> until(Instant now) {
    if (ordered.isEmpty()) {
      return Optional.empty();
    }
    var present = at(now);
    var end = now.plus(HORIZON);
    var next = nextMark(now);
    while (next.isBefore(end) && at(next).equals(present)) {
      next = nextMark(next);
    }
    return Optional.of(next.isBefore(end) ? next : end);
  }

  /**
   * The next moment at which anything can begin or end. Up to it the clock on the wall runs evenly:
   * its jumps are such moments themselves, so that what it shows needs no translation back.
   */
  private Instant nextMark(Instant now) {
    var marks = new ArrayList<Instant>();
    int second = LocalDateTime.ofInstant(now, zone).toLocalTime().toSecondOfDay();
    marks.add(wall(now, second, DAY));
    Optional.ofNullable(zone.getRules().nextTransition(now))
        .ifPresent(jump -> marks.add(jump.getInstant()));
    for (Schedule schedule : ordered) {
      schedule.startTime().ifPresent(minute -> marks.add(wall(now, second, minute * MINUTE)));
      schedule.endTime().ifPresent(minute -> marks.add(wall(now, second, minute * MINUTE)));
      marks.add(schedule.startDate());
      schedule.endDate().ifPresent(last -> marks.add(last.plusMillis(1)));
    }
    return marks.stream()
        .filter(mark -> mark.isAfter(now))
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  private static Instant wall(Instant now, int nowSecond, int second) {
    return now.minusNanos(now.getNano()).plusSeconds(second - nowSecond);
  }
}
