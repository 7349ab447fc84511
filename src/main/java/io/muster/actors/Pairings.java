package io.muster.actors;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Codes that new devices show on their screen until an operator enters them. A code lives 5
 * minutes; at most 10,000 wait at once. Codes and identifiers are compared exactly; a code has 6
 * characters that cannot be confused when read aloud.
 */
public interface Pairings {

  /** Stores a fresh code for the device; an earlier one of the same identifier ends. */
  CompletionStage<Void> open(Pairing pairing);

  /** Empty when the code is unknown or has expired. */
  CompletionStage<Optional<Pairing>> find(String code, Instant now);

  /**
   * Binds a waiting code to a device and its token. False when it is unknown, expired or bound
   * already.
   */
  CompletionStage<Boolean> bind(String code, Bound bound, Instant now);

  /** Removes a bound code: what was bound is handed out once. */
  CompletionStage<Optional<Bound>> collect(String code, Instant now);

  record Pairing(
      String code,
      String deviceIdentifier,
      Optional<String> nickname,
      Instant expiresAt,
      Optional<Bound> bound) {}

  record Bound(DeviceId device, OrgId org, String token) {}
}
