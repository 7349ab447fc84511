package io.muster.actors.content;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.Set;

/**
 * A playlist at certain hours of certain days, as the clock on the device's wall shows them. Whose
 * it is, and whether it is switched on, was asked before.
 *
 * @param priority the higher one goes first
 * @param startDate and {@code endDate}: both belong to it
 * @param startTime and {@code endTime}: minutes of the day, the end not included; the whole day
 *     when one is missing or both are the same; past midnight when the start is later
 * @param daysOfWeek on which it starts, 0 is Sunday
 */
public record Schedule(
    String id,
    String playlistId,
    int priority,
    Instant startDate,
    Optional<Instant> endDate,
    Optional<Integer> startTime,
    Optional<Integer> endTime,
    Set<Integer> daysOfWeek,
    Instant updatedAt) {

  /**
   * @param local what the clock on the wall shows at {@code now}
   */
  boolean isActive(Instant now, LocalDateTime local) {
    return !now.isBefore(startDate) && endDate.filter(now::isAfter).isEmpty() && isInside(local);
  }

  private boolean isInside(LocalDateTime local) {
    int today = local.getDayOfWeek().getValue() % 7;
    int yesterday = (today + 6) % 7;
    int minute = local.getHour() * 60 + local.getMinute();
    if (isWholeDay()) {
      return daysOfWeek.contains(today);
    }
    int start = startTime.orElseThrow();
    int end = endTime.orElseThrow();
    return start < end
        ? daysOfWeek.contains(today) && start <= minute && minute < end
        : daysOfWeek.contains(today) && start <= minute
            || daysOfWeek.contains(yesterday) && minute < end;
  }

  private boolean isWholeDay() {
    return startTime.isEmpty() || endTime.isEmpty() || startTime.equals(endTime);
  }
}
