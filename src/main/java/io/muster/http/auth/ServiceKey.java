package io.muster.http.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * The key that services show in {@link Presented#INTERNAL_KEY_HEADER}: who has it answers for all
 * organisations.
 *
 * @param secret without one nobody has it
 */
public record ServiceKey(Optional<String> secret) {

  /** Takes the same time however much of it is right. */
  public boolean is(String shown) {
    return secret
        .filter(
            own ->
                MessageDigest.isEqual(
                    own.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8)))
        .isPresent();
  }

  @Override
  public String toString() {
    return "ServiceKey(hidden)";
  }
}
