package io.muster.http.api;

import io.muster.actors.OrgId;
import io.muster.http.auth.Role;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.server.Route;

/** Who may do what over HTTP. */
public interface Access {

  /** Somebody whose token was verified. */
  record Caller(OrgId org, String name, Role role) {}

  /**
   * Runs the inner route for a caller who has at least the role; otherwise answers 401, 403 or 503.
   */
  Route as(Role needed, Function<Caller, Route> inner);
}
