package io.muster.actors;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Which organisations are suspended, where that is decided outside: in the tables of a CMS. */
public interface SuspendedOrganizations {

  /** All of them at this moment. Fails when that cannot be known. */
  CompletionStage<Set<OrgId>> all();
}
