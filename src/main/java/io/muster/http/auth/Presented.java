package io.muster.http.auth;

import java.util.Optional;

/** The credential inside a header, whatever it is worth. Pure. */
public final class Presented {
  /** The cookie of existing dashboards. */
  public static final String USER_COOKIE = "vizora_auth_token";

  /** The header in which services show their key. */
  public static final String INTERNAL_KEY_HEADER = "x-internal-api-key";

  private static final String BEARER = "Bearer ";

  private Presented() {}

  /**
   * @param authorization the value of {@code Authorization}
   */
  public static Optional<String> bearer(String authorization) {
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? Optional.of(authorization.substring(BEARER.length()).strip())
            .filter(token -> !token.isEmpty())
        : Optional.empty();
  }

  /**
   * The first cookie of this exact name; names are case-sensitive.
   *
   * @param cookies the value of {@code Cookie}
   */
  public static Optional<String> cookie(String cookies, String name) {
    for (String pair : cookies.split(";")) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
        String value = pair.substring(equals + 1).strip();
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return Optional.of(quoted ? value.substring(1, value.length() - 1) : value)
            .filter(token -> !token.isEmpty());
      }
    }
    return Optional.empty();
  }
}
