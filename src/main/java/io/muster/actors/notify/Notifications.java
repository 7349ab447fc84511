package io.muster.actors.notify;

import io.muster.actors.OrgId;
import io.muster.actors.Page;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What people were told, as it is stored. Every stage fails while the database is away. */
public interface Notifications {

  /**
   * An organisation's, the latest first, dismissed ones left out.
   *
   * @param size 1 to 500
   * @throws IllegalArgumentException (in the stage) for a token that no page has given
   */
  CompletionStage<Page<Notification>> list(
      OrgId org, boolean unreadOnly, int size, Optional<String> token);

  /** Empty when the organisation has none of that id. Done twice it is done once. */
  CompletionStage<Optional<Notification>> read(OrgId org, String id, Instant now);

  /** As {@link #read}; it leaves the list. */
  CompletionStage<Optional<Notification>> dismiss(OrgId org, String id, Instant now);
}
