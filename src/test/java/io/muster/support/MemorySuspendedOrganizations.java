package io.muster.support;

import io.muster.actors.OrgId;
import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.SuspendedOrganizations;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Suspended organisations in memory; may be away for a while. */
public final class MemorySuspendedOrganizations implements SuspendedOrganizations {
  private final Set<OrgId> orgs = ConcurrentHashMap.newKeySet();
  private final AtomicInteger looks = new AtomicInteger();
  private volatile boolean isAway;

  public void goesAway() {
    isAway = true;
  }

  public void comesBack() {
    isAway = false;
  }

  /** How often all of them were asked for. */
  public int looks() {
    return looks.get();
  }

  @Override
  public CompletionStage<Set<OrgId>> all() {
    looks.incrementAndGet();
    return isAway ? away() : CompletableFuture.completedFuture(Set.copyOf(orgs));
  }

  @Override
  public CompletionStage<Void> suspend(OrgId org) {
    if (isAway) {
      return away();
    }
    orgs.add(org);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> resume(OrgId org) {
    if (isAway) {
      return away();
    }
    orgs.remove(org);
    return CompletableFuture.completedFuture(null);
  }

  private static <T> CompletionStage<T> away() {
    return CompletableFuture.failedFuture(new ReadModelUnavailable("it is away"));
  }
}
