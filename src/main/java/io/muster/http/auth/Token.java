package io.muster.http.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.util.Base64URL;
import io.muster.http.auth.Claims.Unfit;
import java.text.ParseException;
import java.util.Base64;

/**
 * A token taken apart once: what was signed, what is claimed, and by what signature. Nothing of it
 * is to be believed before {@link #isSignedBy}.
 */
final class Token {
  /** Longer ones are not tokens but a way to keep us busy. */
  private static final int LENGTH_MAX = 8 * 1024;

  private final JWSHeader header;
  private final String headerPart;
  private final byte[] signed;
  private final Base64URL signature;
  private final Claims claims;

  private Token(
      JWSHeader header, String headerPart, byte[] signed, Base64URL signature, Claims claims) {
    this.header = header;
    this.headerPart = headerPart;
    this.signed = signed;
    this.signature = signature;
    this.claims = claims;
  }

  /**
   * @param headers headers already read, because nearly all tokens of an issuer share theirs
   * @throws Unfit when this is not a signed token in its one and only spelling
   */
  static Token parse(String text, KnownHeaders headers) throws Unfit {
    int first = text.indexOf('.');
    int second = text.indexOf('.', first + 1);
    if (text.length() > LENGTH_MAX
        || first < 1
        || second < 0
        || text.indexOf('.', second + 1) >= 0) {
      throw new Unfit("form");
    }
    String headerPart = text.substring(0, first);
    var claims = Claims.read(decode(text.substring(first + 1, second)));
    String signature = text.substring(second + 1);
    mustBeCanonical(signature);
    return new Token(
        headers.header(headerPart),
        headerPart,
        text.substring(0, second).getBytes(US_ASCII),
        new Base64URL(signature),
        claims);
  }

  /**
   * The last character of a signature has bits that no decoder looks at. Were they free, one token
   * would have several spellings and as many hashes, and a revocation by hash would catch one.
   */
  private static void mustBeCanonical(String signature) throws Unfit {
    byte[] bytes = decode(signature);
    if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(signature)) {
      throw new Unfit("signature");
    }
  }

  private static byte[] decode(String part) throws Unfit {
    try {
      return Base64.getUrlDecoder().decode(part);
    } catch (IllegalArgumentException e) {
      throw new Unfit("form");
    }
  }

  static JWSHeader readHeader(String part) throws Unfit {
    try {
      return JWSHeader.parse(new Base64URL(part));
    } catch (ParseException | IllegalArgumentException e) {
      throw new Unfit("header");
    }
  }

  JWSAlgorithm algorithm() {
    return header.getAlgorithm();
  }

  JWSHeader header() {
    return header;
  }

  String headerPart() {
    return headerPart;
  }

  Claims claims() {
    return claims;
  }

  boolean isSignedBy(JWSVerifier verifier) {
    try {
      return verifier.verify(header, signed, signature);
    } catch (JOSEException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "Token(hidden)";
  }
}
