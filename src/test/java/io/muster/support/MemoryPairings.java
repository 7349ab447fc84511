package io.muster.support;

import io.muster.actors.Pairings;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Pairing codes in memory. */
public final class MemoryPairings implements Pairings {
  private final Map<String, Pairing> waiting = new HashMap<>();

  @Override
  public synchronized CompletionStage<Void> open(Pairing pairing) {
    waiting.values().removeIf(p -> p.deviceIdentifier().equals(pairing.deviceIdentifier()));
    waiting.put(pairing.code(), pairing);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<Optional<Pairing>> find(String code, Instant now) {
    return CompletableFuture.completedFuture(alive(code, now));
  }

  private Optional<Pairing> alive(String code, Instant now) {
    return Optional.ofNullable(waiting.get(code)).filter(p -> p.expiresAt().isAfter(now));
  }

  @Override
  public synchronized CompletionStage<Boolean> bind(String code, Bound bound, Instant now) {
    var free = alive(code, now).filter(p -> p.bound().isEmpty());
    free.ifPresent(
        p ->
            waiting.put(
                code,
                new Pairing(
                    p.code(),
                    p.deviceIdentifier(),
                    p.nickname(),
                    p.expiresAt(),
                    Optional.of(bound))));
    return CompletableFuture.completedFuture(free.isPresent());
  }

  @Override
  public synchronized CompletionStage<Optional<Bound>> collect(String code, Instant now) {
    var bound = alive(code, now).flatMap(Pairing::bound);
    bound.ifPresent(_ -> waiting.remove(code));
    return CompletableFuture.completedFuture(bound);
  }
}
