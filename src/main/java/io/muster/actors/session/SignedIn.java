package io.muster.actors.session;

import java.util.Collection;
import java.util.HashSet;

/** The users who are connected to this node. Called from any thread. */
public interface SignedIn {

  /** Each session once, however many connections it has. */
  Collection<UserSession> sessions();

  /** Tells all connections of the session why, and ends them. */
  void end(UserSession session, Cause why);

  /** Those who are connected in one way or the other. */
  default SignedIn and(SignedIn others) {
    var these = this;
    return new SignedIn() {
      @Override
      public Collection<UserSession> sessions() {
        var all = new HashSet<>(these.sessions());
        all.addAll(others.sessions());
        return all;
      }

      @Override
      public void end(UserSession session, Cause why) {
        these.end(session, why);
        others.end(session, why);
      }
    };
  }
}
