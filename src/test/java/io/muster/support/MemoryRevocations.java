package io.muster.support;

import io.muster.actors.ReadModelUnavailable;
import io.muster.actors.session.Revocation;
import io.muster.actors.session.RevocationTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Revocations in memory; can be away. */
public final class MemoryRevocations implements RevocationTable {
  private final List<Revocation> all = new ArrayList<>();
  private boolean isAway;

  public synchronized void isAway(boolean away) {
    isAway = away;
  }

  @Override
  public synchronized CompletionStage<Boolean> add(Revocation one) {
    if (isAway) {
      return away();
    }
    all.removeIf(r -> !r.until().isAfter(one.at()));
    long others = all.stream().filter(r -> r.org().equals(one.org()) && !isSame(r, one)).count();
    if (one.org().isPresent() && others >= PER_ORG_MAX) {
      return CompletableFuture.completedFuture(false);
    }
    all.removeIf(r -> isSame(r, one));
    all.add(one);
    return CompletableFuture.completedFuture(true);
  }

  private static boolean isSame(Revocation a, Revocation b) {
    return a.kind() == b.kind() && a.subject().equals(b.subject()) && a.org().equals(b.org());
  }

  @Override
  public synchronized CompletionStage<List<Revocation>> since(Instant at, Instant now) {
    return isAway
        ? away()
        : CompletableFuture.completedFuture(
            all.stream()
                .filter(r -> !r.at().isBefore(at) && r.until().isAfter(now))
                .sorted(Comparator.comparing(Revocation::at).reversed())
                .toList());
  }

  private static <T> CompletionStage<T> away() {
    return CompletableFuture.failedFuture(new ReadModelUnavailable("away", null));
  }
}
