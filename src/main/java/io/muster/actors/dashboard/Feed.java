package io.muster.actors.dashboard;

import io.muster.actors.OrgId;

/** What happens now, for whoever watches. It may lose what it is told; the journal may not. */
public interface Feed {

  /**
   * One message per node that has watchers. In order for each publisher; costs nothing where nobody
   * watches.
   */
  void publish(OrgId org, ToDashboard news);

  /** Somebody watches: it is worth putting news together. */
  boolean isWatched(OrgId org);
}
