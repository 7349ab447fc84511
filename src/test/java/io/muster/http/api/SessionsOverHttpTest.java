package io.muster.http.api;

import static io.muster.support.OneGateway.fresh;
import static io.muster.support.Tenant.DEVICES;
import static io.muster.support.Tenant.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.actors.OrgId;
import io.muster.http.auth.Presented;
import io.muster.http.auth.Role;
import io.muster.http.auth.TokenMint.Minted;
import io.muster.support.Eventually;
import io.muster.support.HttpCaller;
import io.muster.support.HttpCaller.Reply;
import io.muster.support.OneGateway;
import io.muster.support.Tenant;
import io.muster.support.TestGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sessions end before their tokens do, without any Redis. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OneGateway.class)
class SessionsOverHttpTest {
  private static final String REVOKE = "/api/v1/sessions/revoke";

  private TestGateway gateway;
  private Tenant acme;
  private final String ada = fresh("ada");
  private Minted token;

  @BeforeEach
  void a_user(TestGateway shared) {
    gateway = shared;
    acme = Tenant.fresh(shared);
    token = of(acme, ada);
  }

  private Minted of(Tenant tenant, String user) {
    return gateway
        .users()
        .user(user, new OrgId(tenant.org()), Role.VIEWER, Optional.empty(), Duration.ofHours(1));
  }

  private Reply reads(Minted one) {
    return acme.bearing(one.token()).get(DEVICES);
  }

  private static Reply revokes(HttpCaller caller, String body) {
    return caller.post(REVOKE, json(body));
  }

  private HttpCaller service() {
    return acme.anonymous()
        .with(Presented.INTERNAL_KEY_HEADER, gateway.settings().secrets().internal().orElseThrow());
  }

  private void assertOver(Minted one) {
    Eventually.eventually("over", () -> reads(one).status() == 401);
    assertEquals("unauthorized", reads(one).code());
  }

  @Nested
  class An_admin {
    @Test
    void ends_one_token() {
      var other = of(acme, ada);
      var reply = revokes(acme.admin(), "{'jti':'%s'}".formatted(token.jti()));
      assertEquals(200, reply.status(), reply::toString);
      assertEquals("revoked", reply.json().path("reason").asText());
      assertOver(token);
      assertEquals(200, reads(other).status());
    }

    @Test
    void bars_a_user_for_a_week_or_as_long_as_said() {
      var reply = revokes(acme.admin(), "{'userId':'%s'}".formatted(ada));
      assertUntil(Duration.ofDays(7), reply);
      assertOver(token);
      assertOver(of(acme, ada));
      reply = revokes(acme.admin(), "{'userId':'%s','expiresInSeconds':60}".formatted(ada));
      assertUntil(Duration.ofSeconds(60), reply);
    }

    private void assertUntil(Duration life, Reply reply) {
      var until = Instant.parse(reply.json().path("until").asText());
      var off = Duration.between(Instant.now().plus(life), until).abs();
      assertTrue(off.compareTo(Duration.ofSeconds(30)) < 0, reply::toString);
    }

    @Test
    void ends_what_was_issued_before_a_password_was_changed() {
      var change = "{'userId':'%s','reason':'password_changed'}".formatted(ada);
      // A token of the same second is one from after the change.
      Eventually.eventually(
          "a later second",
          () -> Instant.now().getEpochSecond() > token.issuedAt().getEpochSecond());
      assertEquals(200, revokes(acme.admin(), change).status());
      assertOver(token);
      assertEquals(200, reads(of(acme, ada)).status());
    }

    @Test
    void never_reaches_another_tenant() {
      var other = Tenant.fresh(gateway);
      var theirs = of(other, ada);
      revokes(acme.admin(), "{'userId':'%s'}".formatted(ada));
      revokes(acme.admin(), "{'jti':'%s'}".formatted(theirs.jti()));
      assertOver(token);
      assertEquals(200, other.bearing(theirs.token()).get(DEVICES).status());
    }

    @Test
    void cannot_name_another_organisation() {
      var reply = revokes(acme.admin(), "{'userId':'x','organizationId':'other'}");
      assertEquals(400, reply.status());
    }
  }

  @Nested
  class A_service {
    @Test
    void reaches_users_of_all_organisations() {
      var reply = revokes(service(), "{'userId':'%s'}".formatted(ada));
      assertEquals(200, reply.status(), reply::toString);
      assertFalse(reply.json().has("organizationId"));
      assertOver(token);
    }

    @Test
    void reaches_those_of_one_when_it_says_so() {
      var other = Tenant.fresh(gateway);
      var theirs = of(other, ada);
      revokes(service(), "{'userId':'%s','organizationId':'%s'}".formatted(ada, acme.org()));
      assertOver(token);
      assertEquals(200, other.bearing(theirs.token()).get(DEVICES).status());
    }

    @Test
    void with_another_key_is_nobody_even_with_an_admins_token() {
      var wrong = acme.admin().with(Presented.INTERNAL_KEY_HEADER, "x".repeat(40));
      assertEquals(401, revokes(wrong, "{'userId':'%s'}".formatted(ada)).status());
      assertEquals(200, reads(token).status());
    }
  }

  @Test
  void it_takes_an_admin() {
    assertEquals(403, revokes(acme.operator(), "{'userId':'x'}").status());
    assertEquals(401, revokes(acme.anonymous(), "{'userId':'x'}").status());
  }

  @Test
  void what_is_meant_is_said_clearly_or_refused() {
    for (String body :
        List.of(
            "{}",
            "{'userId':'x','jti':'y'}",
            "{'userId':''}",
            "{'userId':7}",
            "{'userId':'x','reason':'because'}",
            "{'jti':'x','reason':'password_changed'}",
            "{'userId':'x','expiresInSeconds':59}",
            "{'userId':'x','expiresInSeconds':604801}",
            "{'userId':'x','more':1}")) {
      var reply = revokes(acme.admin(), body);
      assertEquals(400, reply.status(), body);
      assertEquals("bad_request", reply.code());
    }
  }
}
