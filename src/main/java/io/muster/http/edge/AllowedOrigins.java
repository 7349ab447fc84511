package io.muster.http.edge;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The web pages that may talk to us with a user's cookie, and read our answers. Devices carry no
 * cookie and may come from any origin or none.
 *
 * @param any pages of any origin may talk to us, but only those of {@code origins} with a cookie
 */
public record AllowedOrigins(boolean any, Set<String> origins) {
  public static final AllowedOrigins NONE = new AllowedOrigins(false, Set.of());
  public static final AllowedOrigins ANY = new AllowedOrigins(true, Set.of());

  public AllowedOrigins {
    origins = Set.copyOf(origins);
  }

  /**
   * @param origins such as {@code https://fleet.example.org}; {@code *} is any page, without a
   *     cookie
   */
  public static AllowedOrigins of(List<String> origins) {
    var named = new HashSet<>(origins);
    boolean any = named.remove("*");
    return new AllowedOrigins(any, named);
  }

  /**
   * Whether a request may use the cookie it carries. A browser attaches a cookie whichever page
   * asked, so the page must be one of ours; without a cookie there is nothing to steal.
   */
  boolean mayUseCookie(HttpHeaders request) {
    String origin = request.get(HttpHeaderNames.ORIGIN);
    return origin == null
        || !request.contains(HttpHeaderNames.COOKIE)
        || origins.contains(origin)
        || isSameSite(origin, request.get(HttpHeaderNames.HOST));
  }

  private static boolean isSameSite(String origin, String host) {
    int authority = origin.indexOf("://");
    return authority > 0 && host != null && origin.substring(authority + 3).equals(host);
  }

  /** Lets a page read an answer; without these even an error looks like a lost connection to it. */
  void permit(HttpHeaders request, HttpHeaders answer) {
    String origin = request.get(HttpHeaderNames.ORIGIN);
    boolean isNamed = origin != null && origins.contains(origin);
    if (any && !isNamed) {
      answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
      return;
    }
    answer.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    if (isNamed) {
      answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
  }

  /** Answers a preflight's questions. */
  void permitPreflight(HttpHeaders request, HttpHeaders answer) {
    permit(request, answer);
    answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET,POST,OPTIONS");
    String wanted = request.get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
    if (wanted != null) {
      answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, wanted);
    }
    answer.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
  }
}
