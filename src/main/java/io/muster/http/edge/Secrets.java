package io.muster.http.edge;

import io.netty.util.concurrent.FastThreadLocal;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/** Ids that nobody can guess. */
final class Secrets {
  /** 120 bits: 20 characters. */
  private static final int ID_BYTES = 15;

  private static final SecureRandom CHANCE = new SecureRandom();

  // The generator is shared and locked, so each thread takes for many ids at once.
  private static final FastThreadLocal<Secrets> MINE =
      new FastThreadLocal<>() {
        @Override
        protected Secrets initialValue() {
          return new Secrets();
        }
      };

  private final byte[] chance = new byte[ID_BYTES * 64];
  private int used = chance.length;

  private Secrets() {}

  /** Twenty URL-safe characters. Thread-safe. */
  static String newId() {
    return MINE.get().next();
  }

  private String next() {
    if (used == chance.length) {
      CHANCE.nextBytes(chance);
      used = 0;
    }
    byte[] id = Arrays.copyOfRange(chance, used, used + ID_BYTES);
    Arrays.fill(chance, used, used + ID_BYTES, (byte) 0);
    used += ID_BYTES;
    return Base64.getUrlEncoder().encodeToString(id);
  }
}
