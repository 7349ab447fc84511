package io.muster.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A shared secret of at least 32 bytes. Shows itself to nobody. */
public final class Secret {
  /** HS256 is as strong as its key only up to the length of its hash. */
  private static final int BYTES_MIN = 32;

  private static final String WEBHOOK = "whsec_";
  private static final int WEBHOOK_BYTES_MIN = 24;

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

  /**
   * A secret as Standard Webhooks writes it: {@code whsec_} and Base64.
   *
   * @throws IllegalArgumentException when it is none, or shorter than 24 bytes; the message does
   *     not repeat it
   */
  public static Secret ofWebhook(String text) {
    byte[] bytes;
    try {
      bytes =
          Base64.getDecoder()
              .decode(text.startsWith(WEBHOOK) ? text.substring(WEBHOOK.length()) : "-");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("A secret of a webhook is whsec_ and Base64");
    }
    if (bytes.length < WEBHOOK_BYTES_MIN) {
      throw new IllegalArgumentException("A secret of a webhook has at least 24 bytes");
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
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Secret(hidden)";
  }
}
