package io.muster.http.room;

import io.muster.http.auth.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * The {@code pid} of Socket.IO's own recovery. It is signed for one guest of one place, so any node
 * knows its own again without having kept anything; it lets nobody in, because who comes again
 * shows a token like everybody else.
 */
public final class Recovery {
  private static final int RANDOM_BYTES = 12;
  private static final int SIGNED_BYTES = 16;
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();
  private static final int RANDOM_CHARS = RANDOM_BYTES * 4 / 3;

  private final Secret secret;
  private final SecureRandom chance = new SecureRandom();

  /**
   * @param secret the same on all nodes
   */
  public Recovery(Secret secret) {
    this.secret = secret;
  }

  /**
   * @param where a room, or what else the client came to
   */
  public String newPid(String guest, String where) {
    byte[] random = new byte[RANDOM_BYTES];
    chance.nextBytes(random);
    return pid(TEXT.encodeToString(random), guest, where);
  }

  public boolean isOurs(String pid, String guest, String where) {
    return pid.length() > RANDOM_CHARS
        && MessageDigest.isEqual(
            bytes(pid), bytes(pid(pid.substring(0, RANDOM_CHARS), guest, where)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String pid(String random, String guest, String where) {
    byte[] signature = secret.derive("room recovery\n" + random + "\n" + where + "\n" + guest);
    return random + TEXT.encodeToString(Arrays.copyOf(signature, SIGNED_BYTES));
  }
}
