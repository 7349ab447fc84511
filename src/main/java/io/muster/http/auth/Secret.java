package io.muster.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A shared secret of at least 32 bytes. Shows itself to nobody. */
public final class Secret {
  /** HS256 is as strong as its key only up to the length of its hash. */
  private static final int BYTES_MIN = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] bytes;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @throws IllegalArgumentException when it is shorter than 32 bytes; the message does not repeat
   *     it
   */
  public static Secret of(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length < BYTES_MIN) {
      throw new IllegalArgumentException(
          "A secret must have at least %d bytes, had %d".formatted(BYTES_MIN, bytes.length));
    }
    return new Secret(bytes);
  }

  /** Another key of 32 bytes for another purpose; of neither can the other be learnt. */
  public byte[] derive(String purpose) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(bytes, ALGORITHM));
      return mac.doFinal(purpose.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM knows " + ALGORITHM, e);
    }
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /** Whether this is what was presented; the time taken tells nothing of where they differ. */
  public boolean matches(String presented) {
    return MessageDigest.isEqual(Sha256.of(bytes), Sha256.of(presented.getBytes(UTF_8)));
  }

  @Override
  public String toString() {
    return "Secret(hidden)";
  }
}
