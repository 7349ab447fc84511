package io.muster.actors.tenant;

import io.muster.actors.OrgId;
import io.muster.actors.Wire;
import java.util.Optional;

/** What is told of an organisation from node to node, and by each node to whom it concerns. */
public sealed interface TenantChange extends TenantBoard.Heard, Wire {
  OrgId org();

  /** In the words of whoever decided it. */
  Optional<String> reason();

  record Suspended(OrgId org, Optional<String> reason) implements TenantChange {}

  record Resumed(OrgId org, Optional<String> reason) implements TenantChange {}
}
