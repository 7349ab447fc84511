package io.muster.actors;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The read model: a table rebuilt from the journal, for lists, dashboards and the watchman. It may
 * be late and it may be away; then every stage fails, and nothing but lists, pictures and tags
 * suffers.
 */
public interface Roster {

  /**
   * The devices of an organisation in the order of their ids, retired ones left out.
   *
   * @param size 1 to 500
   * @throws IllegalArgumentException (in the stage) for a token that no page has given
   */
  CompletionStage<Page<DeviceView>> list(
      OrgId org, Filter filter, int size, Optional<String> token);

  /**
   * All devices of an organisation, retired ones left out, as the table has them at this call or
   * later. Calls that wait for their turn share one answer; an answer read before the call is never
   * given.
   */
  CompletionStage<Picture> picture(OrgId org);

  /** How far the journal is: every view-changing event stored so far is at or below the mark. */
  CompletionStage<Mark> head();

  /** Completes when the table has everything up to the mark; fails after 30 s. */
  CompletionStage<Void> caughtUp(Mark mark);

  /** What was last kept of a device's hints; empty when nobody has ever seen it. */
  CompletionStage<Optional<DeviceView.Hints>> hints(DeviceId id);

  /** Ids of the devices that carry the tag, retired ones left out, at most {@code max}. */
  CompletionStage<List<DeviceId>> tagged(OrgId org, String tag, int max);

  /**
   * Devices that somebody should wake: away with their deadline passed, or online on a node that is
   * not among the living.
   *
   * @param max at most so many, the longest overdue first
   */
  CompletionStage<List<DeviceId>> overdue(Instant now, Set<NodeId> living, int max);

  /**
   * @param text part of the id or the name, letter case ignored
   */
  record Filter(Optional<Presence> presence, Optional<String> tag, Optional<String> text) {
    public static final Filter ALL =
        new Filter(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** A position in the journal over all devices. */
  record Mark(long ordering) {}
}
