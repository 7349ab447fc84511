package io.muster.http.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The claims of a token whose signature may or may not hold. Never kept as they are. */
record Claims(ObjectNode json) {
  /** How far the clocks of issuer and gateway may differ. */
  static final Duration SKEW = Duration.ofSeconds(30);

  private static final int TEXT_MAX = 256;
  private static final long LAST_SECOND = 253_402_300_799L;

  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(16)
                          .maxNumberLength(32)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  /** What a claim is not, although it should be. Says nothing of the token. */
  static final class Unfit extends Exception {
    Unfit(String message) {
      super(message, null, false, false);
    }
  }

  static Claims read(byte[] payload) throws Unfit {
    try {
      if (READER.readTree(payload) instanceof ObjectNode json) {
        return new Claims(json);
      }
    } catch (IOException e) {
      throw new Unfit("payload");
    }
    throw new Unfit("payload");
  }

  String type() {
    return json.path("type").asText("");
  }

  DeviceId deviceId() throws Unfit {
    try {
      return new DeviceId(required("sub"));
    } catch (IllegalArgumentException e) {
      throw new Unfit("sub");
    }
  }

  OrgId org() throws Unfit {
    try {
      return new OrgId(required("organizationId"));
    } catch (IllegalArgumentException e) {
      throw new Unfit("organizationId");
    }
  }

  /** {@code isSuperAdmin} makes an admin of the own organisation, and of no other. */
  Role role() {
    return json.path("isSuperAdmin").asBoolean(false)
        ? Role.ADMIN
        : Role.of(json.path("role").asText(""));
  }

  RoomGrants rooms() throws Unfit {
    return RoomGrants.read(json.path("rooms"), json.path("permissions"));
  }

  String required(String claim) throws Unfit {
    return optional(claim).filter(text -> !text.isEmpty()).orElseThrow(() -> new Unfit(claim));
  }

  Optional<String> optional(String claim) throws Unfit {
    JsonNode node = json.get(claim);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual() || node.textValue().length() > TEXT_MAX) {
      throw new Unfit(claim);
    }
    return Optional.of(node.textValue());
  }

  Instant expiresAt() throws Unfit {
    return instant("exp").orElseThrow(() -> new Unfit("exp"));
  }

  Instant issuedAt() throws Unfit {
    return instant("iat").orElse(Instant.EPOCH);
  }

  Optional<Instant> instant(String claim) throws Unfit {
    JsonNode node = json.get(claim);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    double seconds = node.isNumber() ? node.doubleValue() : -1;
    if (!(seconds >= 0 && seconds <= LAST_SECOND)) {
      throw new Unfit(claim);
    }
    return Optional.of(Instant.ofEpochSecond((long) seconds));
  }

  void mustHaveBegun(Instant now) throws Unfit {
    for (String claim : new String[] {"iat", "nbf"}) {
      if (instant(claim).filter(begin -> begin.isAfter(now.plus(SKEW))).isPresent()) {
        throw new Unfit(claim);
      }
    }
  }

  boolean isOver(Instant now) throws Unfit {
    return !expiresAt().plus(SKEW).isAfter(now);
  }

  /** The audience is one name or a list of them. */
  boolean isFor(String audience) {
    JsonNode aud = json.path("aud");
    if (aud.isTextual()) {
      return aud.textValue().equals(audience);
    }
    for (JsonNode one : aud) {
      if (one.isTextual() && one.textValue().equals(audience)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "Claims(hidden)";
  }
}
