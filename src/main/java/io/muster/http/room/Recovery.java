package io.muster.http.room;

import io.muster.actors.room.RoomId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The {@code pid} of Socket.IO's own recovery. It is signed for one guest of one room, so any node
 * knows its own again without having kept anything; it lets nobody in, because who comes again
 * shows a token like everybody else.
 */
public final class Recovery {
  private static final int RANDOM_BYTES = 12;
  private static final int SIGNED_BYTES = 16;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;
  private final SecureRandom chance = new SecureRandom();

  /**
   * @param secret the same on all nodes
   */
  public Recovery(byte[] secret) {
    this.key = new SecretKeySpec(secret, ALGORITHM);
  }

  String newPid(String guest, RoomId room) {
    byte[] random = new byte[RANDOM_BYTES];
    chance.nextBytes(random);
    return pid(random, guest, room);
  }

  boolean isOurs(String pid, String guest, RoomId room) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(pid);
      if (bytes.length != RANDOM_BYTES + SIGNED_BYTES) {
        return false;
      }
      byte[] random = new byte[RANDOM_BYTES];
      System.arraycopy(bytes, 0, random, 0, RANDOM_BYTES);
      return MessageDigest.isEqual(
          pid.getBytes(StandardCharsets.US_ASCII),
          pid(random, guest, room).getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private String pid(byte[] random, String guest, RoomId room) {
    byte[] bytes = new byte[RANDOM_BYTES + SIGNED_BYTES];
    System.arraycopy(random, 0, bytes, 0, RANDOM_BYTES);
    System.arraycopy(sign(random, guest, room), 0, bytes, RANDOM_BYTES, SIGNED_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private byte[] sign(byte[] random, String guest, RoomId room) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(random);
      mac.update(("pid\n" + room + "\n" + guest).getBytes(StandardCharsets.UTF_8));
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM knows " + ALGORITHM, e);
    }
  }
}
