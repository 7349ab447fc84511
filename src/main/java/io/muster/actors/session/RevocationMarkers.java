package io.muster.actors.session;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What other programs say of sessions, by markers that all of us can see. */
public interface RevocationMarkers {

  /**
   * Those of the sessions that are over. Fails within a second when that cannot be known.
   *
   * @param sessions at most 5,000
   */
  CompletionStage<Map<UserSession, Cause>> find(Collection<UserSession> sessions);

  /** Never awaited. Markers know no organisations: only for who answers for all of them. */
  void put(Revocation revocation);
}
