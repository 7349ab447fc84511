package io.muster.actors.notify;

import io.muster.actors.OrgId;
import io.muster.actors.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The outages of all devices. Every stage fails while the database is away; nothing is half done
 * then, and asking again is always right.
 */
public interface OutageBook {
  /** Of each kind in one round: a transaction must not hold up the others. */
  int ROUND_MAX = 500;

  /**
   * Compares who is down with the outages that are open, and stores what follows, all of it or
   * nothing: outages begun and ended, and what people are to be told. The first round ever takes
   * those who are down already for known.
   */
  CompletionStage<Round> reconcile(Instant now);

  /** Notifications that are stored and not yet known to be told, the oldest first. */
  CompletionStage<List<Untold>> untold(int max);

  CompletionStage<Void> told(List<Untold> told);

  /** Forgets what ended before. The number of rows, at most 10,000 of each kind. */
  CompletionStage<Integer> forget(Instant before);

  /**
   * Who is down now, in the order of ids: devices that are offline and neither retired nor
   * disabled.
   *
   * @param size 1 to 500
   * @throws IllegalArgumentException (in the stage) for a token that no page has given
   */
  CompletionStage<Page<Outage>> open(OrgId org, int size, Optional<String> token);

  /** Outages that have ended, the latest first; otherwise as {@link #open}. */
  CompletionStage<Page<Outage>> closed(OrgId org, int size, Optional<String> token);

  /**
   * What a round has done.
   *
   * @param noticed from when the devices went offline to their notices
   * @param setAside notices that the store refuses for what they are, so that they do not stand in
   *     the way of others
   * @param openNow over all organisations
   * @param isFull there may be more to do at once
   */
  record Round(
      int opened,
      int closed,
      int reminded,
      int setAside,
      int openNow,
      List<Duration> noticed,
      boolean isFull) {
    public Round {
      noticed = List.copyOf(noticed);
    }
  }

  /**
   * @param payload of {@code notification:new}, one JSON object
   */
  record Untold(String id, OrgId org, String payload) {}
}
