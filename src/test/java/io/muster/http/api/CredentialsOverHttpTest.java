package io.muster.http.api;

import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.id;
import static io.muster.support.Tenant.json;
import static io.muster.support.Tenant.path;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.DeviceId;
import io.muster.actors.OrgId;
import io.muster.http.auth.Secret;
import io.muster.http.auth.TokenMint;
import io.muster.support.Eventually;
import io.muster.support.FakeDevice;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class CredentialsOverHttpTest {
  private static final String CHECK = DEVICES + "/auth/check";
  private TestGateway gateway;
  private Tenant acme;

  @BeforeEach
  void an_organisation(TestGateway shared) {
    gateway = shared;
    acme = Tenant.fresh(shared);
  }

  private static void assertRefused(int status, String code, Reply reply) {
    assertEquals(status, reply.status(), reply::toString);
    assertEquals(code, reply.code());
  }

  @Nested
  class A_user {
    @Test
    void without_a_good_token_is_told_to_bring_one() {
      var none = acme.anonymous().get(DEVICES);
      assertRefused(401, "unauthorized", none);
      assertTrue(none.header("WWW-Authenticate").orElseThrow().startsWith("Bearer"));
      for (String token : List.of("x", "a.b.c", gateway.deviceToken(acme.org(), "tv") + "x")) {
        assertRefused(401, "unauthorized", acme.bearing(token).get(DEVICES));
      }
      var other = new TokenMint(Secret.of("another-secret-of-at-least-32-characters"), clock());
      var forged = other.user("eve", new OrgId(acme.org()), role(), Optional.empty(), HOUR);
      assertRefused(401, "unauthorized", acme.bearing(forged.token()).get(DEVICES));
    }

    @Test
    void with_a_devices_token_is_refused() {
      var token = gateway.deviceToken(acme.org(), fresh("tv"));
      assertRefused(403, "forbidden", acme.bearing(token).get(DEVICES));
    }

    @Test
    void who_views_reads_and_changes_nothing() {
      var device = acme.device();
      var place =
          acme.operator()
              .post(device + "/commands", json("{'type':'reload'}"))
              .header("Location")
              .orElseThrow();
      var viewer = acme.viewer();
      for (String readable : List.of(DEVICES, device, device + "/commands", place)) {
        assertEquals(200, viewer.get(readable).status(), readable);
      }
      for (Reply reply :
          List.of(
              viewer.post(DEVICES, json("{'id':'x'}")),
              viewer.patch(device, json("{'name':'x'}")),
              viewer.put(device + "/tags", json("{'tags':[]}")),
              viewer.post(device + "/disable"),
              viewer.post(device + "/enable"),
              viewer.post(device + "/commands", json("{'type':'reload'}")),
              viewer.delete(place),
              viewer.post("/api/v1/commands", json("{}")),
              viewer.post(DEVICES + "/pairing/complete", json("{'code':'AAAAAA'}")))) {
        assertRefused(403, "forbidden", reply);
      }
    }

    @Test
    void who_operates_does_not_retire_devices_nor_hand_out_credentials() {
      var device = acme.device();
      assertRefused(403, "forbidden", acme.operator().delete(device));
      assertRefused(403, "forbidden", acme.operator().post(device + "/tokens"));
      assertRefused(403, "forbidden", acme.operator().delete(device + "/tokens"));
    }

    private static io.muster.http.auth.Role role() {
      return io.muster.http.auth.Role.ADMIN;
    }
  }

  @Nested
  class A_devices_token {
    private String issue(String device) {
      var reply = acme.admin().post(device + "/tokens", json("{'expiresInSeconds':3600}"));
      assertEquals(201, reply.status(), reply::body);
      return reply.json().get("token").asText();
    }

    @Test
    void opens_the_socket_and_lives_as_long_as_was_asked_for() {
      var device = acme.device();
      var reply = acme.admin().post(device + "/tokens");
      var life =
          Duration.between(Instant.now(), Instant.parse(reply.json().get("expiresAt").asText()));
      assertEquals(90, life.plusMinutes(5).toDays());
      try (var tv = FakeDevice.connects(gateway, reply.json().get("token").asText())) {
        assertTrue(tv.isConnected());
      }
      for (String wish : List.of("59", "31536001", "'60'")) {
        var refused =
            acme.admin().post(device + "/tokens", json("{'expiresInSeconds':%s}".formatted(wish)));
        assertEquals(400, refused.status(), wish);
      }
    }

    @Test
    void ends_with_its_socket_when_it_is_revoked() {
      var device = acme.device();
      var token = issue(device);
      try (var tv = FakeDevice.connects(gateway, token)) {
        assertEquals(204, acme.admin().delete(device + "/tokens").status());
        Eventually.eventually("the end", () -> !tv.heard("disconnect").isEmpty());
        assertEquals(1, tv.heard("device:revoked").size());
      }
      try (var again = FakeDevice.knocks(gateway, token)) {
        Eventually.eventually("refusal", () -> !again.heard("connect_error").isEmpty());
        var why = again.heard("connect_error").getFirst().optJSONObject("data");
        assertEquals("DEVICE_REVOKED", why.optString("code"));
      }
      try (var fresh = FakeDevice.connects(gateway, issue(device))) {
        assertTrue(fresh.isConnected());
      }
    }

    @Test
    void is_one_of_16_at_most() {
      var device = acme.device();
      for (int i = 0; i < 16; i++) {
        issue(device);
      }
      assertRefused(409, "too_many_tokens", acme.admin().post(device + "/tokens"));
      acme.admin().delete(device + "/tokens");
      issue(device);
    }
  }

  @Nested
  class A_device_that_asks_whether_its_token_is_good {
    private Reply check(String token) {
      return acme.bearing(token).get(CHECK);
    }

    @Test
    void hears_so_and_nobody_keeps_the_answer() {
      for (String id : List.of(id(acme.device()), fresh("unknown"))) {
        var reply = check(gateway.deviceToken(acme.org(), id));
        assertEquals(200, reply.status());
        assertEquals("{\"status\":\"ok\"}", reply.body());
        assertEquals(Optional.of("no-store"), reply.header("Cache-Control"));
      }
    }

    @Test
    void hears_that_it_has_expired_or_never_was() {
      var past = Clock.fixed(Instant.now().minus(Duration.ofDays(1)), clock().getZone());
      var old =
          new TokenMint(Secret.of(gateway.settings().secrets().device()), past)
              .device(new DeviceId(fresh("tv")), new OrgId(acme.org()), Optional.empty(), HOUR);
      assertRefused(401, "AUTH_EXPIRED", check(old.token()));
      assertRefused(401, "AUTH_INVALID", check("a.b.c"));
      assertRefused(401, "AUTH_INVALID", acme.anonymous().get(CHECK));
      var user = gateway.userToken(acme.org(), io.muster.http.auth.Role.ADMIN);
      assertRefused(401, "AUTH_INVALID", check(user));
    }

    @Test
    void hears_that_it_is_not_of_that_organisation() {
      var device = acme.device();
      acme.admin().delete(device);
      var foreign = gateway.deviceToken(fresh("org"), id(device));
      assertRefused(401, "AUTH_INVALID", check(foreign));
    }

    @Test
    void hears_that_it_was_revoked_or_retired() {
      var revoked = acme.device();
      var token = acme.admin().post(revoked + "/tokens").json().get("token").asText();
      acme.admin().delete(revoked + "/tokens");
      assertRefused(410, "DEVICE_REVOKED", check(token));

      var retired = acme.device();
      acme.admin().delete(retired);
      assertRefused(410, "DEVICE_REVOKED", check(gateway.deviceToken(acme.org(), id(retired))));
    }

    @Test
    void is_answered_twice_in_30_seconds() {
      var token = gateway.deviceToken(acme.org(), fresh("tv"));
      assertEquals(200, check(token).status());
      assertEquals(200, check(token).status());
      var refused = check(token);
      assertRefused(429, "rate_limited", refused);
      int seconds = Integer.parseInt(refused.header("Retry-After").orElseThrow());
      assertTrue(seconds > 5 && seconds <= 15, () -> "seconds " + seconds);
      assertEquals(200, check(gateway.deviceToken(acme.org(), fresh("tv"))).status());
    }
  }

  @Nested
  class A_new_device {
    private static final String REQUEST = DEVICES + "/pairing/request";
    private static final String COMPLETE = DEVICES + "/pairing/complete";

    private String code() {
      var reply =
          acme.anonymous()
              .post(
                  REQUEST,
                  json(
                      "{'deviceIdentifier':'%s','nickname':'Attic','metadata':{'os':'x'}}"
                          .formatted(fresh("box"))));
      assertEquals(201, reply.status(), reply::body);
      var data = reply.json().get("data");
      var code = data.get("code").asText();
      assertEquals(gateway.url() + "/#pair=" + code, data.get("pairingUrl").asText());
      return code;
    }

    private Reply status(String code) {
      return acme.anonymous().get(DEVICES + "/pairing/status/" + code);
    }

    @Test
    void waits_for_its_code_to_be_entered_and_gets_its_token_once() {
      var code = code();
      assertEquals("pending", status(code).json().at("/data/status").asText());

      var completed =
          acme.operator()
              .post(COMPLETE, json("{'code':'%s','tags':['new']}".formatted(code.toLowerCase())));
      assertEquals(200, completed.status(), completed::body);

      var paired = status(code).json().get("data");
      assertEquals("paired", paired.get("status").asText());
      assertEquals(acme.org(), paired.get("organizationId").asText());
      assertEquals(completed.json().at("/data/deviceId"), paired.get("deviceId"));
      assertRefused(404, "not_found", status(code));

      try (var tv = FakeDevice.connects(gateway, paired.get("deviceToken").asText())) {
        assertTrue(tv.isConnected());
      }
      var device = acme.viewer().get(path(paired.get("deviceId").asText())).json();
      assertEquals("Attic", device.get("name").asText());
      assertEquals("[\"new\"]", device.get("tags").toString());
    }

    @Test
    void has_a_code_that_is_entered_once() {
      var code = code();
      var body = json("{'code':'%s'}".formatted(code));
      assertEquals(200, acme.operator().post(COMPLETE, body).status());
      assertRefused(404, "not_found", Tenant.fresh(gateway).operator().post(COMPLETE, body));
    }

    @Test
    void belongs_to_the_quicker_of_two_and_leaves_nothing_with_the_other() {
      var body = json("{'code':'%s'}".formatted(code()));
      var tenants = Stream.generate(() -> Tenant.fresh(gateway)).limit(4).toList();
      var replies =
          tenants.stream()
              .map(t -> CompletableFuture.supplyAsync(() -> t.operator().post(COMPLETE, body)))
              .toList();
      var statuses = replies.stream().map(reply -> reply.join().status()).sorted().toList();
      assertEquals(List.of(200, 404, 404, 404), statuses);
      for (int i = 0; i < tenants.size(); i++) {
        int devices = replies.get(i).join().status() == 200 ? 1 : 0;
        tenants.get(i).eventually(DEVICES, r -> r.json().get("items").size() == devices);
      }
    }

    @Test
    void with_a_made_up_code_is_not_found() {
      assertRefused(404, "not_found", status("AAAAAA"));
      assertRefused(404, "not_found", acme.operator().post(COMPLETE, json("{'code':'AAAAAA'}")));
    }

    @Test
    void behind_a_proxy_may_ask_5_times_a_minute() {
      var caller = acme.anonymous().with("X-Forwarded-For", "203.0.113.7");
      Reply last = null;
      for (int i = 0; i < 6; i++) {
        last = caller.post(REQUEST, json("{'deviceIdentifier':'%s'}".formatted(fresh("box"))));
      }
      assertRefused(429, "rate_limited", last);
      assertFalse(last.header("Retry-After").isEmpty());
    }
  }

  private static final Duration HOUR = Duration.ofHours(1);

  private static Clock clock() {
    return Clock.systemUTC();
  }
}
