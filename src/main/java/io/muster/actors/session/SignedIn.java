package io.muster.actors.session;

import java.util.Collection;

/** The users who are connected to this node. Called from any thread. */
public interface SignedIn {

  /** Each session once, however many connections it has. */
  Collection<UserSession> sessions();

  /** Tells all connections of the session why, and ends them. */
  void end(UserSession session, Cause why);
}
