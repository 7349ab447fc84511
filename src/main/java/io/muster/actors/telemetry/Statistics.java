package io.muster.actors.telemetry;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.actors.Page;
import io.muster.actors.ReadModelUnavailable;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** What reports add up to. Every question may fail with {@link ReadModelUnavailable}. */
public interface Statistics {
  int DAYS_MAX = 92;
  int PAGE_MAX = 1_000;

  /**
   * Of one organisation, by day and then by subject.
   *
   * @param size 1 to 1,000
   * @param token of the page before; one that no page has given fails with {@link
   *     IllegalArgumentException}
   */
  CompletionStage<Page<Daily>> daily(OrgId org, Days days, By by, int size, Optional<String> token);

  /** Newest first, of those received after the moment. */
  CompletionStage<List<ContentError>> errors(OrgId org, DeviceId device, Instant after, int max);

  enum By {
    DEVICE,
    CONTENT,
    ORGANIZATION;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<By> of(String word) {
      return Stream.of(values()).filter(by -> by.word().equals(word)).findFirst();
    }
  }

  /** UTC days, both included. */
  record Days(LocalDate from, LocalDate to) {
    public Days {
      if (to.isBefore(from) || !to.isBefore(from.plusDays(DAYS_MAX))) {
        throw new IllegalArgumentException(
            "from is not after to, and they span at most %d days".formatted(DAYS_MAX));
      }
    }
  }

  /**
   * @param subject id of a device, of content or of the organisation
   * @param starts how often something began to be shown
   * @param plays how often something was shown to its end or to where it was stopped
   * @param seconds shown, of all plays together
   * @param completionSum percent, of those plays that told it
   * @param completionCount how many told it
   */
  record Daily(
      LocalDate day,
      String subject,
      long starts,
      long plays,
      long seconds,
      long completionSum,
      long completionCount) {

    /** Percent, 0 to 100, over the plays that told it. */
    public OptionalDouble completion() {
      return completionCount == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(Math.round(10.0 * completionSum / completionCount) / 10.0);
    }
  }
}
