package io.muster.http.api;

import io.muster.actors.OrgId;
import org.apache.pekko.http.javadsl.server.Route;
import java.util.function.Function;

/** Who may do what over HTTP. */
public interface Access {

  /** Somebody whose token was verified. */
  record Caller(OrgId org, String name, Role role) {}

  /** Each may do what those before it may. */
  enum Role {
    VIEWER,
    OPERATOR,
    ADMIN;

    boolean covers(Role needed) {
      return compareTo(needed) >= 0;
    }
  }

  /** Runs the inner route for a caller who has at least the role; otherwise answers 401, 403 or 503. */
  Route as(Role needed, Function<Caller, Route> inner);
}
