package io.muster.actors;

import java.time.Instant;
import java.util.Optional;

/** Makes the token that takes the place of one that is about to expire. */
public interface TokenIssuer {

  Fresh renew(DeviceId id, OrgId org, Optional<String> deviceIdentifier);

  /**
   * Hidden from {@code toString}, because it is shown once and to one.
   *
   * @param hash SHA-256 of the token, in hex
   */
  record Fresh(String token, String hash, Instant expiresAt) {
    @Override
    public String toString() {
      return "Fresh(hidden, until %s)".formatted(expiresAt);
    }
  }
}
