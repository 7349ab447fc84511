package io.muster.http.device;

import static io.muster.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import io.muster.support.FakeDevice;
import io.muster.support.TestGateway;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A screen that was in a cupboard for so long that its token has expired, at the real door. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LapsedTokenTest {
  private static final String ORG = "acme";
  private static TestGateway gateway;

  @BeforeAll
  static void open() {
    gateway = TestGateway.embedded(Map.of("muster.auth.renew-expired", "7d"));
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  private static String expiredSince(String id, Duration ago) {
    var then = Clock.offset(Clock.systemUTC(), ago.plus(TokenMint.DEVICE_LIFE).negated());
    return new TokenMint(Secret.of(gateway.settings().secrets().device()), then)
        .device(new DeviceId(id), new OrgId(ORG), Optional.empty(), TokenMint.DEVICE_LIFE)
        .token();
  }

  private static void register(String id) {
    var reply = gateway.operator(ORG).post("/api/v1/devices", "{\"id\":\"" + id + "\"}");
    assertEquals(201, reply.status());
  }

  private static String refused(String token) throws Exception {
    try (var tv = FakeDevice.knocks(gateway, token)) {
      eventually("refused", () -> !tv.heard("connect_error").isEmpty());
      return tv.heard("connect_error").getFirst().getJSONObject("data").getString("code");
    }
  }

  @Test
  void rule_58_is_good_for_a_new_one_and_for_nothing_else() throws Exception {
    register("tv-1");
    gateway.operator(ORG).post("/api/v1/devices/tv-1/commands", "{\"type\":\"reload\"}");
    String fresh;
    try (var tv = FakeDevice.connects(gateway, expiredSince("tv-1", Duration.ofDays(1)))) {
      eventually("a new one, and sent away", () -> !tv.isConnected());
      fresh = tv.heard("token:refresh").getFirst().getString("token");
      assertEquals(List.of(), tv.heard("command"));
      assertEquals(List.of(), tv.heard("error"));
    }
    try (var tv = FakeDevice.connects(gateway, fresh)) {
      eventually("the command", () -> tv.heard("command").size() == 1);
      assertTrue(tv.isConnected());
    }
  }

  @Test
  void rule_58_is_told_of_a_revocation_like_any_other() throws Exception {
    register("tv-2");
    gateway.admin(ORG).delete("/api/v1/devices/tv-2/tokens");
    assertEquals("DEVICE_REVOKED", refused(expiredSince("tv-2", Duration.ofDays(1))));
  }

  @Test
  void that_expired_too_long_ago_is_expired() throws Exception {
    register("tv-3");
    assertEquals("AUTH_EXPIRED", refused(expiredSince("tv-3", Duration.ofDays(8))));
  }
}
