package io.muster.http.room;

import io.muster.actors.session.Cause;
import io.muster.actors.session.SignedIn;
import io.muster.actors.session.UserSession;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The guests of rooms on this node, by the sessions that may be over one day. */
public final class RoomGuests implements SignedIn {
  private final Map<UserSession, Set<Consumer<Cause>>> bySession = new ConcurrentHashMap<>();

  /**
   * @param over told when the session is over, on any thread
   */
  public void came(UserSession session, Consumer<Cause> over) {
    bySession.compute(
        session,
        (_, known) -> {
          Set<Consumer<Cause>> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.add(over);
          return all;
        });
  }

  public void left(UserSession session, Consumer<Cause> over) {
    bySession.computeIfPresent(
        session,
        (_, all) -> {
          all.remove(over);
          return all.isEmpty() ? null : all;
        });
  }

  @Override
  public Collection<UserSession> sessions() {
    return Collections.unmodifiableSet(bySession.keySet());
  }

  @Override
  public void end(UserSession session, Cause why) {
    var all = bySession.remove(session);
    if (all != null) {
      all.forEach(over -> over.accept(why));
    }
  }
}
