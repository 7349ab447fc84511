package io.muster.persistence;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What a page gives to get the next one: opaque to others, the last item to us. */
final class Cursor {
  private static final String FORM = "1:";

  private Cursor() {}

  static String after(String last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((FORM + last).getBytes(StandardCharsets.UTF_8));
  }

  static boolean isWellFormed(String token) {
    try {
      return plain(token).startsWith(FORM) && plain(token).indexOf('\0') < 0;
    } catch (IllegalArgumentException e) {
      return false; // not Base64
    }
  }

  static String last(String token) {
    return plain(token).substring(FORM.length());
  }

  private static String plain(String token) {
    return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
  }
}
