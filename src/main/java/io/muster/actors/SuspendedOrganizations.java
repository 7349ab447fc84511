package io.muster.actors;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Which organisations are suspended, as it is kept for good. Where a CMS decides that, its tables
 * are only read: there a change that is told has been made already.
 */
public interface SuspendedOrganizations {

  /** Fails when it cannot be known; never "none" then. */
  CompletionStage<Set<OrgId>> all();

  /** Complete when it is durable; twice is as once. */
  CompletionStage<Void> suspend(OrgId org);

  /** Complete when it is durable; twice is as once. */
  CompletionStage<Void> resume(OrgId org);
}
