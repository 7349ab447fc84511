package io.muster.http.auth;

import com.nimbusds.jose.JWSHeader;
import io.muster.http.auth.Claims.Unfit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Token headers already read. An issuer writes the same header into all its tokens, and reading it
 * is a good part of the cost of a token. Only headers of tokens that held are kept, and few.
 */
final class KnownHeaders {
  private static final int KEPT_MAX = 32;

  private final Map<String, JWSHeader> known = new ConcurrentHashMap<>();

  JWSHeader header(String part) throws Unfit {
    JWSHeader header = known.get(part);
    return header == null ? Token.readHeader(part) : header;
  }

  void held(Token token) {
    if (known.size() < KEPT_MAX) {
      known.putIfAbsent(token.headerPart(), token.header());
    }
  }
}
