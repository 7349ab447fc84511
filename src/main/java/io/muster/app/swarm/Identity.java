package io.muster.app.swarm;

import io.netty.buffer.Unpooled;
import java.util.Base64;

/** Who a device says it is, and the token that proves it. */
record Identity(String id, String organizationId, String token) {

  /**
   * From the claims of a token that somebody else has signed.
   *
   * @throws IllegalArgumentException when it is no JSON Web Token
   */
  static Identity of(String token) {
    var parts = token.split("\\.");
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a JSON Web Token");
    }
    var claims = Json.read(Unpooled.wrappedBuffer(Base64.getUrlDecoder().decode(parts[1])));
    return new Identity(claims.path("sub").asText(), claims.path("organizationId").asText(), token);
  }
}
