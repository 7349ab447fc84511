package io.muster.acceptance;

import static io.muster.acceptance.OfficialClient.options;
import static io.muster.acceptance.TrialGateway.fresh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import io.muster.http.auth.Role;
import io.socket.client.IO;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who is let in, who is turned away for good, and who shall try again. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AdmissionIT {
  private static final long NOW = Instant.now().getEpochSecond();
  private final TrialGateway gateway = TrialGateway.shared();

  private static String signed(String secret, Map<String, Object> claims) {
    try {
      var token = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(claims));
      token.sign(new MACSigner(secret));
      return token.serialize();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> claims(String type, long expires) {
    return Map.of(
        "sub",
        fresh("tv"),
        "organizationId",
        "acme",
        "type",
        type,
        "iat",
        NOW - 90,
        "exp",
        expires);
  }

  private static String auth(String token) {
    return "{'token':'" + token + "'}";
  }

  @Nested
  class Refused_for_good_because_trying_again_can_never_help {
    @Test
    void nobody_without_a_credential() {
      assertRefused("{}", "AUTH_INVALID", "auth_invalid");
      assertRefused("{'organizationId':'acme'}", "AUTH_INVALID", "auth_invalid");
    }

    @Test
    void a_token_that_is_none() {
      assertRefused(auth("nonsense"), "AUTH_INVALID", "auth_invalid");
    }

    @Test
    void a_token_signed_by_somebody_else() {
      var other = "some-other-secret-of-32-characters-or-more";
      assertRefused(
          auth(signed(other, claims("device", NOW + 600))), "AUTH_INVALID", "auth_invalid");
    }

    @Test
    void an_expired_token() {
      assertRefused(
          auth(signed(TrialGateway.DEVICE_SECRET, claims("device", NOW - 60))),
          "AUTH_EXPIRED",
          "auth_expired");
    }

    @Test
    void a_token_of_the_wrong_type_for_its_secret() {
      assertRefused(
          auth(signed(TrialGateway.DEVICE_SECRET, claims("user", NOW + 600))),
          "AUTH_INVALID",
          "auth_invalid");
      assertRefused(
          auth(signed(TrialGateway.USER_SECRET, claims("device", NOW + 600))),
          "AUTH_INVALID",
          "auth_invalid");
      assertRefused(
          auth(signed(TrialGateway.DEVICE_SECRET, claims("robot", NOW + 600))),
          "AUTH_INVALID",
          "auth_invalid");
    }

    @Test
    void a_device_that_belongs_to_another_organisation() {
      var id = fresh("tv");
      gateway
          .post("/api/v1/devices", TrialGateway.user("acme", Role.OPERATOR), "{'id':'" + id + "'}")
          .is(201);
      assertRefused(auth(TrialGateway.device("globex", id)), "AUTH_INVALID", "auth_invalid");
    }

    @Test
    void another_namespace() {
      try (var client =
          OfficialClient.with(
              gateway.url() + "/admin", auth(TrialGateway.device("acme", fresh("tv"))))) {
        assertEquals("Invalid namespace", client.next("connect_error").path("message").asText());
        assertFalse(client.isActive());
      }
    }

    private void assertRefused(String auth, String code, String message) {
      try (var client = OfficialClient.with(gateway.url(), auth)) {
        var refused = client.next("connect_error");
        assertEquals(message, refused.path("message").asText());
        assertEquals(code, refused.path("data").path("code").asText());
        assertFalse(client.isActive());
        assertEquals(List.of("connect_error"), client.names());
      }
    }
  }

  @Nested
  class Turned_away_to_come_again {
    @Test
    void a_dashboard_with_a_bad_cookie() {
      try (var client = OfficialClient.with(gateway.url(), "{}", withCookie("nonsense"))) {
        assertComesAgain(client);
      }
    }

    @Test
    void a_dashboard_with_an_expired_cookie() {
      var expired = signed(TrialGateway.USER_SECRET, claims("user", NOW - 60));
      try (var client =
          OfficialClient.with(gateway.url(), "{'organizationId':'acme'}", withCookie(expired))) {
        assertComesAgain(client);
      }
    }

    @Test
    void a_page_that_has_no_cookie_yet() {
      var options = options();
      options.extraHeaders = Map.of("Origin", List.of("http://localhost:3001"));
      try (var client = OfficialClient.with(gateway.url(), "{}", options)) {
        assertComesAgain(client);
      }
    }

    private void assertComesAgain(OfficialClient client) {
      // Its Manager tries again and again; the socket never hears a refusal.
      io.muster.support.Eventually.eventually("it tries again", () -> client.opened() >= 3);
      assertTrue(client.isActive());
      assertEquals(List.of(), client.all("connect"));
      assertTrue(client.all("connect_error").stream().noneMatch(e -> e.path("data").has("code")));
    }
  }

  @Nested
  class Let_in {
    @Test
    void a_dashboard_by_its_cookie() {
      try (var client =
          OfficialClient.with(
              gateway.url(),
              "{'organizationId':'acme'}",
              withCookie(TrialGateway.user("acme", Role.VIEWER)))) {
        client.next("connect");
      }
    }

    @Test
    void a_dashboard_by_its_token() {
      try (var client =
          OfficialClient.with(gateway.url(), auth(TrialGateway.user("acme", Role.VIEWER)))) {
        client.next("connect");
      }
    }

    @Test
    void a_device_from_whatever_origin() {
      for (String origin : List.of("https://localhost", "null", "file://")) {
        var options = options();
        options.extraHeaders = Map.of("Origin", List.of(origin));
        try (var client =
            OfficialClient.with(
                gateway.url(), auth(TrialGateway.device("acme", fresh("tv"))), options)) {
          client.next("config");
        }
      }
    }
  }

  private static IO.Options withCookie(String token) {
    var options = options();
    options.extraHeaders = Map.of("Cookie", List.of("a=b; vizora_auth_token=" + token));
    return options;
  }
}
